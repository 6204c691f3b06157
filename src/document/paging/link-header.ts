/** A link of a `Link` header: where to, and what for. */
export interface HeaderLink {
  /** As written, possibly relative. */
  readonly target: string;
  /** Relation types in lower case. */
  readonly relations: readonly string[];
}

/** No server needs more, and each costs a pass over its parameters. */
const MAX_LINKS = 100;
/** In characters; HTTP servers allow some 8 KiB for all headers together. */
const MAX_LENGTH = 16_384;

/**
 * Reads a `Link` header (RFC 8288, section 3) as leniently as its appendix B.2. Of a repeated `rel`
 * the first counts; links with an `anchor` speak of another resource and are left out.
 */
export function parseLinkHeader(header: string): readonly HeaderLink[] {
  const links: HeaderLink[] = [];
  const text = header.slice(0, MAX_LENGTH);
  let at = text.indexOf('<');
  while (at !== -1 && links.length < MAX_LINKS) {
    const close = text.indexOf('>', at);
    if (close === -1) break;
    const parameters = readParameters(text, close + 1);
    const relations = parameters.values.get('rel')?.toLowerCase().split(/\s+/) ?? [];
    if (!parameters.values.has('anchor')) {
      links.push({ target: text.slice(at + 1, close).trim(), relations });
    }
    at = text.indexOf('<', parameters.end);
  }
  return links;
}

const PARAMETER =
  /[\s;]*([A-Za-z0-9!#$&+\-.^_`|~*]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/y;

function readParameters(text: string, start: number): { values: Map<string, string>; end: number } {
  const values = new Map<string, string>();
  // A copy: a sticky pattern keeps its place.
  const pattern = new RegExp(PARAMETER);
  let end = start;
  for (;;) {
    pattern.lastIndex = end;
    const found = pattern.exec(text);
    if (found === null) return { values, end };
    const [, name = '', quoted, plain] = found;
    const value = quoted === undefined ? (plain ?? '') : quoted.replaceAll(/\\(.)/g, '$1');
    if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), value);
    end = pattern.lastIndex;
  }
}
