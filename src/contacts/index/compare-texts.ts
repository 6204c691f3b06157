const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/**
 * Compares texts as both databases do: by the bytes of UTF-8, which is the order of code points.
 * JavaScript compares UTF-16, in which characters beyond U+FFFF stand before some of the others.
 */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const one = a.charCodeAt(at);
    const other = b.charCodeAt(at);
    if (one !== other) return place(one) - place(other);
  }
  return a.length - b.length;
}

function place(unit: number): number {
  return unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE ? unit + 0x1_0000 : unit;
}
