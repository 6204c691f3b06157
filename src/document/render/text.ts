import { parseTemplate } from '../templates/template.ts';
import type { Notation } from '../templates/template.ts';
import type { NameReader, ReaderOf } from './name-reader.ts';
import { allMissingSince } from './scope.ts';
import type { Scope } from './scope.ts';
import { unsafeValue } from './render-stop.ts';

export interface Placeholder {
  readonly reader: NameReader;
  /** Stands between quotes of the template's own text. */
  readonly quoted: boolean;
}

export type TextPart = string | Placeholder;

/** A template with its names resolved. */
export interface CompiledText {
  readonly parts: readonly TextPart[];
  readonly placeholders: readonly Placeholder[];
  /** Set when the text is exactly one placeholder. */
  readonly single: Placeholder | undefined;
  /** The parts by line; set when a text with placeholders has line feeds of its own. */
  readonly lines: readonly (readonly TextPart[])[] | undefined;
}

/** Writes one value for its place; may refuse it by throwing a `RenderStop`. */
export type WriteValue = (text: string, placeholder: Placeholder, scope: Scope) => string;

/** Writes a value as it is. */
export const asIs: WriteValue = (text) => text;

/** Compiles a template; names that `readerOf` does not know are literal text. */
export function compileText(text: string, notation: Notation, readerOf: ReaderOf): CompiledText {
  // Keys and the author's own texts: most of a document.
  if (!text.includes(notation === 'dollar' ? '$' : '{')) {
    return textOfParts(text === '' ? [] : [text.toWellFormed()]);
  }
  const quotes = new QuoteParity();
  const parts: TextPart[] = [];
  for (const part of parseTemplate(text, notation, (name) => readerOf(name) !== undefined)) {
    const reader = part.kind === 'name' ? readerOf(part.name) : undefined;
    if (reader !== undefined) parts.push({ reader, quoted: quotes.isOpen() });
    if (part.kind === 'text') {
      quotes.read(part.text);
      parts.push(part.text.toWellFormed());
    }
  }
  return textOfParts(parts);
}

/** A compiled text of given parts, such as a piece of a path. */
export function textOfParts(parts: readonly TextPart[]): CompiledText {
  const placeholders = parts.filter((part) => typeof part !== 'string');
  const lines = placeholders.length === 0 ? [] : splitLines(parts);
  return {
    parts,
    placeholders,
    single: parts.length === 1 ? placeholders[0] : undefined,
    lines: lines.length > 1 ? lines : undefined,
  };
}

/** A piece of a larger text: it has no lines and no value of its own. */
export function pieceOfParts(parts: readonly TextPart[]): CompiledText {
  const placeholders = parts.filter((part) => typeof part !== 'string');
  return { parts, placeholders, single: undefined, lines: undefined };
}

/** The text of parts without placeholders; `undefined` where there are any. */
export function literalText(parts: readonly TextPart[]): string | undefined {
  const texts = parts.filter((part) => typeof part === 'string');
  return texts.length === parts.length ? texts.join('') : undefined;
}

/**
 * Fills a template, or answers `undefined` where it has no value: its only placeholder or a
 * reference is missing. Of a text with line feeds the lines go instead whose placeholders are all
 * missing or that lack a reference.
 */
export function renderText(
  text: CompiledText,
  scope: Scope,
  write: WriteValue,
): string | undefined {
  if (text.lines === undefined) return fill(text.parts, scope, write);
  const lines: string[] = [];
  for (const line of text.lines) {
    const { met, present } = scope;
    const filled = fill(line, scope, write);
    if (filled !== undefined && !allMissingSince(scope, { met, present })) lines.push(filled);
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

function fill(parts: readonly TextPart[], scope: Scope, write: WriteValue): string | undefined {
  let filled = '';
  let lacking = false;
  for (const part of parts) {
    if (typeof part === 'string') {
      filled += part;
      continue;
    }
    if (part.reader.isFile) {
      throw unsafeValue('file', 'the file can stand in a JSON or multipart body only');
    }
    scope.met += 1;
    const value = part.reader.text(scope);
    if (value === undefined) {
      lacking ||= part.reader.reference || parts.length === 1;
      continue;
    }
    scope.present += 1;
    filled += write(value, part, scope);
  }
  return lacking ? undefined : filled;
}

function splitLines(parts: readonly TextPart[]): TextPart[][] {
  const lines: TextPart[][] = [[]];
  for (const part of parts) {
    const pieces = typeof part === 'string' ? part.split('\n') : [part];
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) lines.push([]);
      if (piece !== '') lines.at(-1)?.push(piece);
    }
  }
  return lines;
}

/**
 * Follows the quotes of a template's literal text: `'`, `"` and their percent-encoded forms, which
 * a receiver decodes. One after an odd number of backslashes does not count.
 */
class QuoteParity {
  #single = false;
  #double = false;

  isOpen(): boolean {
    return this.#single || this.#double;
  }

  read(text: string): void {
    for (const [found] of text.matchAll(/\\[\s\S]|'|"|%27|%22/g)) {
      if (found === "'" || found === '%27') this.#single = !this.#single;
      if (found === '"' || found === '%22') this.#double = !this.#double;
    }
  }
}
