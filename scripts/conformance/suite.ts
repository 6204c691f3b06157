import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  isJsonArray,
  isJsonObject,
  jsonMember,
  jsonText,
  numberFromText,
} from '../../src/document/json-value.ts';
import type { Json, JsonObject } from '../../src/document/json-value.ts';

export interface Case {
  readonly suite: string;
  readonly name: string;
  readonly rule: string;
  /** The whole case, as written. */
  readonly json: JsonObject;
}

/** What came of a case: nothing to say when it passed, else both sides in words. */
export type Verdict = undefined | { readonly expected: string; readonly got: string };

/** Reads the cases of suite files; a folder stands for its `*.json` in order of name. */
export function readSuites(paths: readonly string[]): readonly Case[] {
  return paths.flatMap(filesOf).flatMap(readSuite);
}

/** Parses JSON without losing a digit of any number. */
export function parseLossless(text: string): Json {
  return JSON.parse(text, keepDigits);
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(path, name));
}

function readSuite(file: string): readonly Case[] {
  const root = parseLossless(readFileSync(file, 'utf8'));
  const suite = jsonText(root, 'suite');
  const cases = jsonMember(root, 'cases');
  if (suite === undefined || !isJsonArray(cases)) {
    throw new TypeError(`${file} is no suite: it lacks "suite" or "cases"`);
  }
  return cases.map((each) => readCase(suite, each));
}

function readCase(suite: string, json: Json): Case {
  if (!isJsonObject(json)) throw new TypeError(`a case of ${suite} is no object`);
  return {
    suite,
    name: jsonText(json, 'name') ?? '(no name)',
    rule: jsonText(json, 'rule') ?? '',
    json,
  };
}

function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  return numberFromText(context.source) ?? value;
}
