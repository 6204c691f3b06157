const DEEPEST = 8;
const MEMBERS_MAX = 40;

/**
 * What a JSON text looks like without its content: the keys, `…` for each value, of a list its first
 * element. At most `most` characters; undefined for a text that is no JSON.
 */
export function jsonShape(text: string, most: number): string | undefined {
  const shape = shapeOf(parse(text), 0);
  if (shape === undefined || shape.length <= most) return shape;
  return `${shape.slice(0, most - 1)}…`;
}

function shapeOf(value: unknown, depth: number): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return '…';
  if (Array.isArray(value)) {
    const [first]: readonly unknown[] = value;
    return first === undefined ? '[]' : `[${shapeOf(first, depth + 1) ?? '…'}]`;
  }
  const members = Object.entries(value)
    .slice(0, MEMBERS_MAX)
    .map(([key, inner]) => `${JSON.stringify(key)}:${shapeOf(inner, depth + 1) ?? '…'}`);
  return `{${members.join(',')}}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
