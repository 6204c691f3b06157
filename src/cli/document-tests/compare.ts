import {
  isJsonArray,
  isJsonObject,
  jsonMember,
  jsonMembers,
  jsonText,
} from '../../document/json-value.ts';
import type { Json } from '../../document/json-value.ts';
import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import { scalarText } from '../../document/values/plain-number.ts';
import { parseLosslessJson } from '../../text/lossless-json.ts';
import type { SentRequest } from './given-answers.ts';

/** How a request differs from the one that a test expects, in sentences; none where it does not. */
export function compareRequest(sent: SentRequest, expected: Json | undefined): readonly string[] {
  if (expected === undefined) return [];
  const [method, url] = [jsonText(expected, 'method'), jsonText(expected, 'url')];
  return [
    ...(method === undefined || method === sent.method
      ? []
      : [`the method is ${sent.method}, expected ${method}`]),
    ...(url === undefined || url === sent.url ? [] : [`the URL is ${sent.url}, expected ${url}`]),
    ...jsonMembers(jsonMember(expected, 'headers')).flatMap(([name, value]) =>
      compareHeader(sent, name, value),
    ),
    ...compareBody(sent.body, jsonMember(expected, 'body')),
  ];
}

function compareHeader({ headers }: SentRequest, name: string, expected: Json): readonly string[] {
  const found = headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
  if (found === expected) return [];
  const is = found === undefined ? 'is missing' : `is ${quoted(found)}`;
  return [`the header ${name} ${is}, expected ${quoted(expected)}`];
}

function compareBody(sent: string | undefined, expected: Json | undefined): readonly string[] {
  if (expected === undefined) return [];
  if (sent === undefined) return ['there is no body'];
  if (typeof expected === 'string') {
    return sent === expected ? [] : [`the body is ${quoted(sent)}, expected ${quoted(expected)}`];
  }
  const parsed = parseLosslessJson(sent);
  if (parsed.status !== 'json') return [`the body is no JSON but ${quoted(sent)}`];
  return compareJson(parsed.value, expected, 'body');
}

/** Compares JSON value by value; the order of members does not count. */
export function compareJson(
  found: Json | undefined,
  expected: Json | undefined,
  path: string,
): readonly string[] {
  if (isJsonArray(expected) && isJsonArray(found)) {
    const length = Math.max(found.length, expected.length);
    return Array.from({ length }, (_, i) => i).flatMap((i) =>
      compareJson(found[i], expected[i], `${path}[${String(i)}]`),
    );
  }
  if (isJsonObject(expected) && isJsonObject(found)) {
    const keys = new Set([...jsonMembers(found), ...jsonMembers(expected)].map(([key]) => key));
    return [...keys].flatMap((key) =>
      compareJson(jsonMember(found, key), jsonMember(expected, key), `${path}.${key}`),
    );
  }
  if (found !== undefined && expected !== undefined && isSame(found, expected)) return [];
  if (expected === undefined) return [`${path} is ${quoted(found)}, expected nothing there`];
  const is = found === undefined ? 'is missing' : `is ${quoted(found)}`;
  return [`${path} ${is}, expected ${quoted(expected)}`];
}

/** How what was bound differs from the records that a test expects; numbers are compared as text. */
export function compareRecords(
  found: readonly BoundRecord[],
  expected: readonly Json[],
): readonly string[] {
  const counts =
    found.length === expected.length
      ? []
      : [`${counted(found.length, 'record')} bound, expected ${String(expected.length)}`];
  const differences = expected
    .slice(0, found.length)
    .flatMap((record, i) =>
      compareJson(found[i], asBound(record, found[i]), `record ${String(i + 1)}`),
    );
  return [...counts, ...differences];
}

/** `1 request was`, `2 requests were`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun} was` : `${String(count)} ${noun}s were`;
}

/** As records have values: texts, and a list where a name may have several. */
function asBound(record: Json, found: BoundRecord | undefined): Json {
  return Object.fromEntries(
    jsonMembers(record).map(([name, value]) => {
      if (isJsonArray(value)) return [name, value.map((each) => scalarText(each) ?? each)];
      const text = scalarText(value) ?? value;
      return [name, typeof found?.[name] === 'object' ? [text] : text];
    }),
  );
}

function isSame(a: Json, b: Json): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

const LONGEST = 200;

function quoted(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
