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
const ADDRESS = /(https?:\/\/)([^\s"'<>\\/?#]*@)?([^\s"'<>\\?#]*)([?#][^\s"'<>\\]*)?/giu;

/** The same for a text that is one web address, whatever characters it holds. */
export function hideInAddress(address: string): string {
  const { scheme, user, place, mark } = partsOf(address);
  return `${scheme}${user === '' ? '' : `${HIDDEN}@`}${place}${mark === '' ? '' : `${mark}${HIDDEN}`}`;
}

/** What in a web address may be a permission: user, password, query, fragment and their long pieces. */
export function addressTokens(address: string): readonly string[] {
  const { user, rest } = partsOf(address);
  const pieces = [...user.split(':'), ...rest.split(/[?&=#;]/u)].filter(
    ({ length }) => length >= PIECE_MIN_CHARACTERS,
  );
  const tokens = [user, rest, ...pieces].filter((token) => token !== '');
  return [...new Set([...tokens, ...tokens.map(decoded)])];
}

/** A shorter piece is the name or the number of something. */
const PIECE_MIN_CHARACTERS = 8;

function partsOf(address: string) {
  const [, scheme = '', authority = '', path = '', mark = '', rest = ''] =
    /^(https?:\/\/)?([^/?#]*)([^?#]*)([?#]?)(.*)$/isu.exec(address) ?? [];
  const end = authority.lastIndexOf('@');
  const user = end === -1 ? '' : authority.slice(0, end);
  return { scheme, user, place: authority.slice(end + 1) + path, mark, rest };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
