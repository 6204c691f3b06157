/** Stands where the query of an address stood. */
const HIDDEN = '[hidden]';

/**
 * Takes from each web address in a text what may be a permission: user and password, query and
 * fragment. In JSON it stays JSON. The address of a recording often is its own permission.
 */
export function hideAddressTokens(text: string): string {
  return text.replaceAll(
    ADDRESS,
    (_address, scheme: string, user: string | undefined, place: string, rest = '') =>
      `${scheme}${user === undefined ? '' : `${HIDDEN}@`}${place}${rest === '' ? '' : `${String(rest).slice(0, 1)}${HIDDEN}`}`,
  );
}

// Up to what ends an address in prose and in JSON: space, quote, angle bracket, backslash.
const ADDRESS = /(https?:\/\/)([^\s"'<>\\/?#@]*@)?([^\s"'<>\\?#]*)([?#][^\s"'<>\\]*)?/giu;
