import { jsonMember, jsonMembers } from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';
import { compileCase, contextOf } from './prepare.ts';
import { sameJson } from './same-json.ts';
import type { Verdict } from './suite.ts';

/** Runs a case of the suite `variables`; `null` means no value, and types count. */
export function runVariables(json: Json): Verdict {
  const expected = jsonMember(jsonMember(json, 'expect'), 'variables') ?? null;
  const compiled = compileCase(json);
  if (typeof compiled === 'string') return { expected: JSON.stringify(expected), got: compiled };
  const context = contextOf(json);
  const got = Object.fromEntries(
    jsonMembers(expected).map(([name]) => [name, compiled.variable(name, context) ?? null]),
  );
  if (sameJson(expected, got)) return undefined;
  return { expected: JSON.stringify(expected), got: JSON.stringify(got) };
}
