import { asciiLower } from '../text/ascii-lower.ts';

/**
 * The id of the organization that has this domain, compared as host names are, in whatever case
 * (RFC 4343). Of two whose domains differ in case only, the one that is written so; else undefined.
 */
export function pickDomain(
  known: readonly { readonly id: string; readonly domain: string | null }[],
  domain: string,
): string | undefined {
  const alike = known.filter(
    (row) => row.domain !== null && asciiLower(row.domain) === asciiLower(domain),
  );
  const found = alike.length === 1 ? alike[0] : alike.find((row) => row.domain === domain);
  return found?.id;
}
