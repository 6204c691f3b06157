const MAX_CHARACTERS = 2_000;

/**
 * True for a path of our own, to which a browser may be sent back: one slash and no second, so that
 * no other host can stand there, and nothing that a browser drops or turns round.
 */
export function isReturnPath(path: string): boolean {
  return (
    path.length <= MAX_CHARACTERS && /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !path.includes('\\')
  );
}
