import type { TextPart } from '../text.ts';

/** A URL template taken apart; literal text decides where each part ends, never a value. */
export interface UrlParts {
  /** `http` or `https`; absent when a placeholder begins the URL or it is a path. */
  readonly scheme?: string;
  readonly authority: readonly TextPart[];
  readonly path: readonly TextPart[];
  /** The pairs after `?`, in order. */
  readonly query: readonly (readonly TextPart[])[];
}

/** Takes a template apart; `isPath` says that it is no URL of its own but follows one. */
export function splitUrl(parts: readonly TextPart[], isPath: boolean): UrlParts {
  const [first, ...rest] = parts;
  const scheme = typeof first === 'string' && !isPath ? SCHEME.exec(first)?.[0] : undefined;
  if (typeof first !== 'string' || scheme === undefined) {
    return { authority: [], ...splitPath(parts) };
  }
  const [authority, remaining] = cutAt([first.slice(scheme.length), ...rest], /[/?]/);
  return { scheme: scheme.slice(0, -'://'.length), authority, ...splitPath(remaining) };
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

function splitPath(parts: readonly TextPart[]): Pick<UrlParts, 'path' | 'query'> {
  const [path, rest] = cutAt(parts, /\?/);
  const [mark, ...others] = rest;
  if (typeof mark !== 'string') return { path, query: [] };
  return { path, query: splitPairs([mark.slice(1), ...others]) };
}

function splitPairs(parts: readonly TextPart[]): readonly (readonly TextPart[])[] {
  return splitParts(parts, '&').filter((pair) => pair.length > 0);
}

/** Splits parts at a sign of their literal text; empty pieces are left out of each part list. */
export function splitParts(parts: readonly TextPart[], sign: string): TextPart[][] {
  const pieces: TextPart[][] = [[]];
  for (const part of parts) {
    const texts = typeof part === 'string' ? part.split(sign) : [part];
    for (const [index, piece] of texts.entries()) {
      if (index > 0) pieces.push([]);
      if (piece !== '') pieces.at(-1)?.push(piece);
    }
  }
  return pieces;
}

/** Cuts before the first match in literal text; the second half begins with it. */
function cutAt(parts: readonly TextPart[], sign: RegExp): [TextPart[], TextPart[]] {
  for (const [index, part] of parts.entries()) {
    const at = typeof part === 'string' ? part.search(sign) : -1;
    if (typeof part !== 'string' || at === -1) continue;
    const head = part.slice(0, at);
    return [
      [...parts.slice(0, index), ...(head === '' ? [] : [head])],
      [part.slice(at), ...parts.slice(index + 1)],
    ];
  }
  return [[...parts], []];
}
