import { REFUSED_KEYS } from '../../json-value.ts';
import { refuseInQuotes } from '../quote-guard.ts';
import { unsafeValue } from '../render-stop.ts';
import type { Scope } from '../scope.ts';
import { literalText } from '../text.ts';
import type { CompiledText, TextPart } from '../text.ts';

/** A key as it goes out. */
export interface RenderedKey {
  readonly key: string;
  /** The name whose value is in it; `undefined` for the author's own text. */
  readonly filledBy?: string;
  /** The name whose value holds a bracket, by which forms and queries nest their keys. */
  readonly bracketsOf?: string;
}

/** The key of a member, compiled once. */
export interface CompiledKey {
  /** Set where the key has no placeholder. */
  readonly literal: string | undefined;
  /** `undefined` where a placeholder has no value: the whole member goes. */
  render(scope: Scope): RenderedKey | undefined;
}

/** Compiles a key; its values may never make another structure than the template's. */
export function compileKey(text: CompiledText): CompiledKey {
  const literal = literalText(text.parts);
  if (literal !== undefined) {
    const rendered: RenderedKey = { key: literal.toWellFormed() };
    return { literal: rendered.key, render: () => rendered };
  }
  return { literal, render: (scope) => fillKey(text.parts, scope, AS_IT_IS) };
}

/** How the pieces of a key are written for its place. */
interface KeyWriter {
  author(text: string): string;
  value(text: string): string;
}

const AS_IT_IS: KeyWriter = { author: (text) => text, value: (text) => text };

/** Fills a key; `undefined` where a placeholder of it has no value. */
export function fillKey(
  parts: readonly TextPart[],
  scope: Scope,
  write: KeyWriter,
): RenderedKey | undefined {
  let key = '';
  let filledBy: string | undefined;
  let bracketsOf: string | undefined;
  for (const part of parts) {
    if (typeof part === 'string') {
      key += write.author(part);
      continue;
    }
    const { reader } = part;
    if (reader.isFile) throw unsafeValue('file', 'the file cannot stand in a key');
    scope.met += 1;
    const value = reader.text(scope);
    if (value === undefined) {
      scope.absentInKey = reader.name;
      return undefined;
    }
    scope.present += 1;
    refuseInQuotes(value, part);
    filledBy ??= reader.name;
    if (/[[\]]/.test(value)) bracketsOf ??= reader.name;
    key += write.value(value);
  }
  // A value may also complete such a key: `__$name$__`.
  if (filledBy !== undefined && key.split(NESTS).some((piece) => REFUSED_KEYS.has(piece))) {
    throw unsafeValue(filledBy, `"${filledBy}" makes a key that programs are harmed by`);
  }
  return {
    key,
    ...(filledBy === undefined ? {} : { filledBy }),
    ...(bracketsOf === undefined ? {} : { bracketsOf }),
  };
}

/** What nests keys at receivers, also as a query has it. */
const NESTS = /[[\].]|%5[bd]/i;

/** Refuses a key whose value would nest it, where brackets do that. */
export function refuseBrackets(name: string | undefined): void {
  if (name === undefined) return;
  throw unsafeValue(name, `"${name}" stands in a key and holds a bracket, which makes other keys`);
}
