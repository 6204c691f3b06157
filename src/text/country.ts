/**
 * Codes that ICU has names for though they are no country's: withdrawn ones (ISO 3166-3), reserved
 * ones such as UK (a person means GB), groups, and those of tests.
 */
const NO_COUNTRIES: ReadonlySet<string> = new Set(
  'AN BU CP CQ CS DD DG DY EA EU EZ FX HV IC NH QO RH SU TP UK UN VD XA XB YD YU ZR ZZ'.split(' '),
);

/** True for the two capital letters of a country (ISO 3166-1 alpha-2), as ICU knows them. */
export function isCountry(code: string): boolean {
  if (!/^[A-Z]{2}$/u.test(code) || NO_COUNTRIES.has(code)) return false;
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  return names.of(code) !== undefined;
}
