const MAX_CHARACTERS = 2_000;

/** Paths for programs: none of them is a page, and most refuse a query that they do not know. */
const API_PATH = /^\/(?:v1|hooks)(?:[/?#]|$)/;
/** A step that browsers take out of a path, and what it leads to instead. */
const DETOUR = /\/(?:\.|%2e){1,2}(?:\/|$)/i;

/**
 * True for a path of our own, to which a browser may be sent back: one slash and no second, so that
 * no other host can stand there, and nothing that a browser drops or turns round. None of the API,
 * and no detour that may lead there (`/a/../v1`).
 */
export function isReturnPath(path: string): boolean {
  return (
    path.length <= MAX_CHARACTERS &&
    /^\/(?![/\\])[\x21-\x7e]*$/.test(path) &&
    !path.includes('\\') &&
    !API_PATH.test(path) &&
    !DETOUR.test(path.replace(/[?#].*$/, ''))
  );
}
