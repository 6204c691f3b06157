import { fillKey, refuseBrackets } from '../body/compile-key.ts';
import { refuseInQuotes } from '../quote-guard.ts';
import { isHostLabel, isHostName, isPort, readAuthority } from './host.ts';
import type { Authority } from './host.ts';
import { encodeLiteral, encodeValue } from '../../../text/percent-encoding.ts';
import type { Scope } from '../scope.ts';
import { missingValue, unsafeValue } from '../render-stop.ts';
import { literalText, renderText, textOfParts } from '../text.ts';
import type { CompiledText, Placeholder, TextPart, WriteValue } from '../text.ts';
import { splitParts, splitUrl } from './url-parts.ts';

/** A rendered URL before its query is written. */
export interface UrlPieces {
  readonly authority: Authority;
  /** Begins with `/`, encoded. */
  readonly path: string;
  /** Encoded pairs. */
  readonly query: readonly string[];
}

export interface CompiledUrl {
  /** Renders all of it; throws a `RenderStop` for a missing or unsafe value. */
  render(scope: Scope): UrlPieces;
  /** Renders scheme, host and port alone. */
  authority(scope: Scope): Authority;
}

/**
 * Compiles an absolute URL and, if given, the path that follows it. They are joined by their parts:
 * one slash between the paths, the pairs of both queries in order, whatever the values hold.
 */
export function compileUrl(
  base: CompiledText,
  path: CompiledText | undefined,
  writeQuery: WriteValue,
): CompiledUrl {
  const start = compileStart(base);
  const baseParts = splitUrl(start.rest, start.isPath);
  const pathParts = splitUrl(path?.parts ?? [], true);
  const basePath = compilePath(baseParts.path);
  const ownPath = compilePath(pathParts.path);
  const query = [...baseParts.query, ...pathParts.query].map((pair) =>
    compilePair(pair, writeQuery),
  );
  return {
    authority: (scope) => start.read(scope).authority,
    render: (scope) => {
      const begun = start.read(scope);
      const joined = joinPaths(joinPaths(begun.path, basePath(scope)), ownPath(scope));
      const pairs = query.flatMap((pair) => pair(scope) ?? []);
      return {
        authority: begun.authority,
        path: joined.startsWith('/') ? joined : `/${joined}`,
        query: [...begun.query, ...pairs],
      };
    },
  };
}

/** Writes a rendered URL. */
export function writeUrl(pieces: UrlPieces): string {
  const query = pieces.query.length === 0 ? '' : `?${pieces.query.join('&')}`;
  return pieces.authority.origin + pieces.path + query;
}

/** Takes a whole URL from a value or an answer; it must be http(s). `name` is told in refusals. */
export function readWholeUrl(text: string, name: string): UrlPieces {
  const found = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is.exec(text);
  const authority = found === null ? undefined : readAuthority(found[1] ?? '', found[2] ?? '');
  if (authority === undefined) {
    throw unsafeValue(name, `"${name}" begins a URL and must be an http or https address`);
  }
  const path = encodeLiteral(found?.[3] ?? '');
  if (path.split('/').some(isDots)) {
    throw unsafeValue(name, `"${name}" begins a URL and must not have a path segment of dots`);
  }
  const query = (found?.[4] ?? '').split('&').filter((pair) => pair !== '');
  return {
    authority,
    path,
    query: query.map(encodeLiteral),
  };
}

interface Start {
  /** What follows the beginning. */
  readonly rest: readonly TextPart[];
  readonly isPath: boolean;
  read(scope: Scope): UrlPieces;
}

function compileStart(base: CompiledText): Start {
  const [first, ...rest] = base.parts;
  if (first !== undefined && typeof first !== 'string') {
    const { reader } = first;
    return {
      rest,
      isPath: true,
      read: (scope) => readWholeUrl(requireText(first, scope), reader.name),
    };
  }
  const { scheme, authority } = splitUrl(base.parts, false);
  const isConstant = authority.every((part) => typeof part === 'string');
  let constant: Authority | undefined;
  return {
    rest: base.parts,
    isPath: false,
    read: (scope) => {
      const found = constant ?? renderAuthority(scheme, authority, scope);
      if (isConstant) constant = found;
      return { authority: found, path: '', query: [] };
    },
  };
}

function renderAuthority(
  scheme: string | undefined,
  parts: readonly TextPart[],
  scope: Scope,
): Authority {
  let text = '';
  for (const [index, part] of parts.entries()) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const next = parts[index + 1];
    const value = requireText(part, scope).toLowerCase();
    const endsHost = next === undefined || (typeof next === 'string' && next.startsWith(':'));
    if (!fitsHost(value, { endsHost, isPort: text.includes(':') })) {
      const { name } = part.reader;
      throw unsafeValue(
        name,
        `"${name}" stands in a host and must be ${endsHost ? 'a host name' : 'one label of it'}`,
      );
    }
    text += value;
  }
  const authority = readAuthority(scheme ?? '', text);
  if (authority === undefined) {
    throw unsafeValue('resource_url', 'the URL must begin with http:// or https:// and a host');
  }
  return authority;
}

function fitsHost(value: string, place: { endsHost: boolean; isPort: boolean }): boolean {
  if (place.isPort) return isPort(value);
  return isHostLabel(value) || (place.endsHost && isHostName(value));
}

function requireText(placeholder: Placeholder, scope: Scope): string {
  const { reader } = placeholder;
  if (reader.isFile) throw unsafeValue('file', 'the file cannot stand in a URL');
  const value = reader.text(scope);
  if (value === undefined) throw missingValue(reader.name);
  return value;
}

function compilePath(parts: readonly TextPart[]): (scope: Scope) => string {
  const segments = splitParts(parts, '/').map(compileSegment);
  const constant = segments.every((segment) => typeof segment === 'string');
  if (constant) {
    const path = segments.join('/');
    return () => path;
  }
  return (scope) =>
    segments.map((segment) => (typeof segment === 'string' ? segment : segment(scope))).join('/');
}

function compileSegment(parts: readonly TextPart[]): string | ((scope: Scope) => string) {
  const encoded = parts.map((part) => (typeof part === 'string' ? encodeLiteral(part) : part));
  const first = encoded.find((part) => typeof part !== 'string');
  if (first === undefined) return literalText(encoded) ?? '';
  return (scope) => {
    const segment = encoded
      .map((part) => (typeof part === 'string' ? part : segmentValue(part, scope)))
      .join('');
    if (isDots(segment)) {
      const { name } = first.reader;
      throw unsafeValue(name, `"${name}" must not make a path segment of dots`);
    }
    return segment;
  };
}

/** What leads to another path: `%2e` is a dot too to whoever normalises it. */
function isDots(segment: string): boolean {
  return /^(?:\.|%2e){1,2}$/i.test(segment);
}

function segmentValue(placeholder: Placeholder, scope: Scope): string {
  const value = requireText(placeholder, scope);
  refuseInQuotes(value, placeholder);
  return encodeValue(value);
}

function compilePair(
  parts: readonly TextPart[],
  writeQuery: WriteValue,
): (scope: Scope) => string | undefined {
  const [keyParts = [], ...rest] = splitParts(parts, '=');
  const hasKey = rest.length > 0;
  const key = hasKey ? compilePairKey(keyParts) : () => '';
  const valueParts = hasKey ? afterFirst(parts, '=') : parts;
  const value = textOfParts(
    valueParts.map((part) => (typeof part === 'string' ? encodeLiteral(part) : part)),
  );
  // Mixed text alone is written for the query language; a value alone stays as it is.
  const write: WriteValue = (text, placeholder, scope) =>
    encodeValue(value.single === undefined ? writeQuery(text, placeholder, scope) : text);
  return (scope) => {
    const name = key(scope);
    const rendered = name === undefined ? undefined : renderText(value, scope, write);
    return rendered === undefined ? undefined : name + rendered;
  };
}

/** The key of a pair with its `=`. */
function compilePairKey(parts: readonly TextPart[]): (scope: Scope) => string | undefined {
  const literal = literalText(parts);
  if (literal !== undefined) {
    const key = `${encodeLiteral(literal)}=`;
    return () => key;
  }
  return (scope) => {
    const filled = fillKey(parts, scope, { author: encodeLiteral, value: encodeValue });
    refuseBrackets(filled?.bracketsOf);
    return filled === undefined ? undefined : `${filled.key}=`;
  };
}

function afterFirst(parts: readonly TextPart[], sign: string): readonly TextPart[] {
  const index = parts.findIndex((part) => typeof part === 'string' && part.includes(sign));
  const found = parts[index];
  if (typeof found !== 'string') return parts;
  const rest = found.slice(found.indexOf(sign) + 1);
  return [...(rest === '' ? [] : [rest]), ...parts.slice(index + 1)];
}

function joinPaths(left: string, right: string): string {
  if (left === '' || right === '') return left + right;
  const head = left.endsWith('/') ? left.slice(0, -1) : left;
  return `${head}/${right.startsWith('/') ? right.slice(1) : right}`;
}
