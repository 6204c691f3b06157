/**
 * Where numbers have no fixed length, and the digits of a phone inside of an office follow directly
 * those of the office: Austria and Germany.
 */
const COUNTRIES: ReadonlySet<string> = new Set(['AT', 'DE']);

/** `country` is ISO 3166-1 alpha-2, of the number's plan. */
export function hasDirectDialling(country: string | undefined): boolean {
  return country !== undefined && COUNTRIES.has(country);
}
