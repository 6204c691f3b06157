import type { PhoneNumbers } from '../document/values/values.ts';
import { cleanNumber } from './clean-number.ts';

/** Two forms of one number end alike; a comparison by numbering plan costs more than by letters. */
const TAIL = 3;

/**
 * True when a number is on a list that people wrote by hand, whatever the form of either: national,
 * international, with separators. `country` is ISO 3166-1 alpha-2.
 */
export function isListed(
  list: readonly string[],
  number: string,
  of: { readonly country: string; readonly phones: PhoneNumbers },
): boolean {
  const cleaned = cleanNumber(number);
  if (cleaned === undefined) return list.some((entry) => entry.trim() === number.trim());
  return list.some((entry) => {
    const listed = cleanNumber(entry);
    if (listed === undefined) return false;
    if (bare(listed) === bare(cleaned)) return true;
    if (listed.slice(-TAIL) !== cleaned.slice(-TAIL)) return false;
    // Codes and extensions belong to no plan: of them only the same one is meant.
    const { phones, country } = of;
    const isNumber = (one: string): boolean => phones.parse(one, country) !== undefined;
    return isNumber(listed) && isNumber(cleaned) && phones.same(listed, cleaned, country);
  });
}

/** Without the sign or the digits of an international call (ITU-T E.123). */
function bare(number: string): string {
  return number.replace(/^(?:\+|00)/, '');
}
