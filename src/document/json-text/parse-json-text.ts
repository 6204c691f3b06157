import { parseTree } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';

import { finding, jsonPointer } from '../findings/finding.ts';
import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { REFUSED_KEYS } from '../json-value.ts';
import type { JsonNode, StringNode } from './json-node.ts';
import { mendJson } from './mend-json.ts';
import type { MendedText } from './mend-json.ts';
import { createLineIndex } from './line-index.ts';
import type { Position } from './line-index.ts';
import { readFaultless } from './read-faultless.ts';

export interface JsonText {
  /** Absent when the text is too broken, too large or too deep to be read. */
  readonly root?: JsonNode;
  /** What is wrong with the text as JSON; empty for a faultless text. */
  readonly findings: readonly Finding[];
  /** Line and column, from 1, of an offset of the original text. */
  positionAt(offset: number): Position;
  /** The offset in the original text of a character inside a text, escapes counted. */
  offsetWithin(node: StringNode, index: number): number;
}

/** The largest document, in bytes of UTF-8: thirty times the largest one known. */
const MAX_DOCUMENT_BYTES = 256 * 1024;

/**
 * Reads a JSON text without loss (RFC 8259) and keeps the place of every value. Never throws.
 * Common faults of pasted text (curly quotes, trailing commas, comments, missing quotes or commas)
 * are reported, then read as they were meant, so that the rest can be looked at too.
 */
export function parseJsonText(text: string): JsonText {
  const lines = createLineIndex(text);
  const report = (code: FindingCode, offset: number, message: string, fix?: string, path = '') =>
    finding(code, { path, ...lines.positionAt(offset), message, fix });
  const positions = { positionAt: lines.positionAt, offsetWithin: () => 0 };

  if (
    text.length > MAX_DOCUMENT_BYTES ||
    new TextEncoder().encode(text).length > MAX_DOCUMENT_BYTES
  ) {
    const message = `The document is larger than ${String(MAX_DOCUMENT_BYTES / 1024)} KiB.`;
    return { findings: [report('document_too_large', 0, message)], ...positions };
  }

  const mended = mendJson(text);
  const findings = mended.faults.map((fault) =>
    report(fault.code, fault.offset, fault.message, fault.fix),
  );
  if (!mended.readable) {
    return { findings, ...positions };
  }

  if (mended.isFaultless) {
    const root = readFaultless(text);
    collectKeyFaults(root, [], report, findings);
    const offsetWithin = characterFinder(mended, ({ offset }) => offset);
    return { root, findings, positionAt: lines.positionAt, offsetWithin };
  }

  const errors: ParseError[] = [];
  const tree = parseTree(mended.text, errors, { disallowComments: true });
  for (const error of errors) {
    findings.push(
      report('json_syntax', mended.originOf(error.offset), syntaxMessage(error, mended.text)),
    );
  }
  if (tree === undefined || !errors.every((error) => HARMLESS.has(error.error))) {
    return { findings, ...positions };
  }

  const strings = new WeakMap<StringNode, number>();
  const root = convert(tree, { text: mended.text, originOf: mended.originOf, strings });
  collectKeyFaults(root, [], report, findings);
  return {
    root,
    findings,
    positionAt: lines.positionAt,
    offsetWithin: characterFinder(mended, (node) => strings.get(node)),
  };
}

interface Source {
  readonly text: string;
  readonly originOf: (offset: number) => number;
  /** Where each text begins in the mended text. */
  readonly strings: WeakMap<StringNode, number>;
}

function convert(node: Node, source: Source): JsonNode {
  const offset = source.originOf(node.offset);
  const length = source.originOf(node.offset + node.length) - offset;
  const children = node.children ?? [];
  switch (node.type) {
    case 'object': {
      const members = children.flatMap((property) => {
        const [key, value] = property.children ?? [];
        return key === undefined || value === undefined
          ? []
          : [{ key: convertString(key, source), value: convert(value, source) }];
      });
      return { kind: 'object', offset, length, members };
    }
    case 'array':
      return {
        kind: 'array',
        offset,
        length,
        elements: children.map((each) => convert(each, source)),
      };
    case 'number': {
      const written = source.text.slice(node.offset, node.offset + node.length);
      return { kind: 'number', offset, length, source: written };
    }
    case 'boolean':
      return { kind: 'boolean', offset, length, value: node.value === true };
    case 'null':
      return { kind: 'null', offset, length };
    case 'string':
    case 'property':
      return convertString(node, source);
  }
}

function convertString(node: Node, source: Source): StringNode {
  const offset = source.originOf(node.offset);
  const length = source.originOf(node.offset + node.length) - offset;
  const string: StringNode = { kind: 'string', offset, length, value: String(node.value) };
  source.strings.set(string, node.offset);
  return string;
}

type Report = (
  code: FindingCode,
  offset: number,
  message: string,
  fix?: string,
  path?: string,
) => Finding;

/** `steps` are those to the node; they are changed on the way and put back. */
function collectKeyFaults(
  node: JsonNode,
  steps: (string | number)[],
  report: Report,
  findings: Finding[],
): void {
  if (node.kind === 'array') {
    node.elements.forEach((each, index) => {
      steps.push(index);
      collectKeyFaults(each, steps, report, findings);
      steps.pop();
    });
  }
  if (node.kind !== 'object') {
    return;
  }
  const seen = new Set<string>();
  for (const { key, value } of node.members) {
    steps.push(key.value);
    if (seen.has(key.value)) {
      const message = `The key "${key.value}" stands twice in this object.`;
      const fix = 'remove one of the two, or give it another key';
      findings.push(report('duplicate_key', key.offset, message, fix, jsonPointer(steps)));
    }
    seen.add(key.value);
    if (REFUSED_KEYS.has(key.value)) {
      const message = `The key "${key.value}" is refused: programs give it a special meaning.`;
      const fix = 'remove this member';
      findings.push(report('refused_key', key.offset, message, fix, jsonPointer(steps)));
    }
    collectKeyFaults(value, steps, report, findings);
    steps.pop();
  }
}

/**
 * Finds characters inside texts. It goes on from the last one found where it can: a long text may
 * have a finding at every third character.
 */
function characterFinder(
  mended: MendedText,
  startOf: (node: StringNode) => number | undefined,
): JsonText['offsetWithin'] {
  let last: { node: StringNode; index: number; at: number } | undefined;
  return (node, index) => {
    const start = startOf(node);
    if (start === undefined) {
      return node.offset;
    }
    const from = last?.node === node && last.index <= index ? last : { index: 0, at: start + 1 };
    const at = skipCharacters(mended.text, from.at, index - from.index);
    last = { node, index, at };
    return mended.originOf(at);
  };
}

/** Moves over `count` UTF-16 units of a JSON text, each possibly written as an escape. */
function skipCharacters(text: string, start: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < text.length; left -= 1) {
    at += text[at] !== '\\' ? 1 : text[at + 1] === 'u' ? 6 : 2;
  }
  return at;
}

function syntaxMessage(error: ParseError, text: string): string {
  const found = text.slice(error.offset, error.offset + Math.max(1, Math.min(error.length, 20)));
  const words = SYNTAX_WORDS[error.error] ?? 'This is not valid JSON';
  return found.trim() === '' ? `${words}.` : `${words}: found ${JSON.stringify(found)}.`;
}

/** Faults inside one text, with which the tree is still whole. */
const HARMLESS: ReadonlySet<number> = new Set([14, 15, 16]);

/** By the numbers of jsonc-parser's ParseErrorCode, an enum that exists in its types only. */
const SYNTAX_WORDS: Readonly<Record<number, string>> = {
  1: 'A character that JSON does not know stands here',
  2: 'This number is not written as JSON wants it',
  3: 'A key in straight quotes is expected here',
  4: 'A value is expected here',
  5: 'A colon is expected here',
  6: 'A comma is expected here',
  7: 'A closing } is expected here',
  8: 'A closing ] is expected here',
  9: 'Nothing may follow after the end of the document',
  12: 'The closing quote of a text is missing',
  13: 'This number is not complete',
  14: 'A \\u escape needs four hexadecimal digits',
  15: 'This escape is not known to JSON; a backslash itself is written \\\\',
  16: 'A control character stands in a text; write a line break as \\n and a tab as \\t',
};
