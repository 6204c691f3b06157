/** True for keys that are the author's comments: those that begin with `_` or `//`. */
export function isCommentKey(key: string): boolean {
  return key.startsWith('_') || key.startsWith('//');
}
