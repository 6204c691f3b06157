const MOMENT = '2026-03-02T09:15:00.000Z';

/** What differs from run to run, wherever it stands in JSON, and what stands for it. */
const STEADY: readonly (readonly [RegExp, string])[] = [
  [/("duration_ms":)[\d.]+/gu, '$142'],
  [/("next_cursor":)"[^"]+"/gu, '$1"MDE5ODFjMmU"'],
  [/("request_id":)"[^"]+"/gu, '$1"01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10"'],
  [/("date":)"[^"]+"/gu, '$1"Mon, 02 Mar 2026 09:15:00 GMT"'],
  [/\b[0-9A-HJKMNP-TV-Z]{20}\b/gu, 'W8GR2H1KFE78BVX9AX49'],
  [/\bpc_(ad|or|ev)_[0-9a-f]{8}(?:_[\w-]{43})?/gu, 'pc_$1_…'],
  [/\bwhsec_[A-Za-z0-9+/]+=*/gu, 'whsec_…'],
  [/(signature=)[\w-]+/gu, '$1…'],
  [/(expires=)\d+/gu, '$1…'],
  // An ETag: revision and a hash of what is shown.
  [/("\d+\.)[0-9a-f]{16}\b/gu, '$1b7e15d2f6f1f9a10'],
  // Of a sign-in: drawn, and long.
  [/([?&](?:state|code_challenge)=)[\w-]{20,}/gu, '$1…'],
  [/("month":)"\d{4}-\d\d"/gu, '$1"2026-03"'],
];

/**
 * Makes what a run wrote the same for every run: ids in the order in which they were met, one moment
 * for all that the story does not say itself, a telling address for the CRM.
 */
export function createSteadyText(of: {
  /** Address of the CRM of this run. */
  readonly origin: string;
  /** The texts of the story itself: moments among them stay. */
  readonly told: string;
}): (text: string) => string {
  const ids = new Map<string, string>();
  const idOf = (id: string): string => {
    const steady =
      ids.get(id) ?? `01981c2e-7c3a-7b54-8f0e-${String(ids.size + 1).padStart(12, '0')}`;
    ids.set(id, steady);
    return steady;
  };
  return (text) =>
    STEADY.reduce((whole, [pattern, stand]) => whole.replaceAll(pattern, stand), text)
      .replaceAll(of.origin, 'https://crm.example.com')
      .replaceAll(of.origin.replace('http://', ''), 'crm.example.com')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/gu, idOf)
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/gu, (moment) =>
        of.told.includes(moment) ? moment : MOMENT,
      );
}
