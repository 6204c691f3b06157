/** The text members of a JSON object that we stored ourselves, as a map: labels may be any text. */
export function readTexts(stored: string): ReadonlyMap<string, string> {
  const parsed: unknown = JSON.parse(stored);
  if (typeof parsed !== 'object' || parsed === null) return new Map();
  return new Map(
    Object.entries(parsed).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

/** A map as the JSON object that `readTexts` reads. */
export function writeTexts(values: ReadonlyMap<string, string>): string {
  return JSON.stringify(Object.fromEntries(values));
}

/** A JSON object that we stored ourselves; empty for anything else. */
export function readMembers(stored: string): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(stored);
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
