import { elementsOf, memberOf, membersOf, stringOf } from '../json-text/json-node.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import { jsonMember, jsonMembers } from '../json-value.ts';
import { methodNamed } from '../methods.ts';
import { CREDENTIAL_NAMES, TARGET_NAMES } from '../names/names.ts';
import { readProperties } from '../names/properties.ts';
import { isCommentKey } from '../comment-key.ts';
import type { LintContext, Steps } from './lint-context.ts';
import { nearName } from './near-name.ts';

/** Tells of what a test names and the document has not: it could never pass, or would show nothing. */
export function checkTests(context: LintContext): void {
  const methods = methodsOf(context);
  const labels = readProperties(context.json).map(({ label }) => label);
  const names = valueNames(context);
  for (const [index, test] of elementsOf(memberOf(context.root, 'tests')?.value).entries()) {
    const steps = ['tests', index];
    const method = memberOf(test, 'method')?.value;
    const name = stringOf(method);
    // A name that no method has is told of as any wrong choice.
    if (method !== undefined && name !== undefined && methodNamed(name) !== undefined) {
      known(context, { node: method, steps: [...steps, 'method'], name, what: 'method' }, methods);
    }
    checkKeys(context, test, { steps, section: 'properties', what: 'property' }, labels);
    checkKeys(context, test, { steps, section: 'values', what: 'parameter' }, [
      ...names,
      ...CREDENTIAL_NAMES,
    ]);
    const records = memberOf(test, 'records')?.value;
    for (const [place, record] of elementsOf(records).entries()) {
      const at = [...steps, 'records', place];
      checkMembers(context, record, at, 'parameter', [...names, ...TARGET_NAMES]);
    }
  }
}

interface Named {
  readonly node: JsonNode;
  readonly steps: Steps;
  readonly name: string;
  readonly what: string;
}

function checkKeys(
  context: LintContext,
  test: JsonNode,
  {
    steps,
    section,
    what,
  }: { readonly steps: Steps; readonly section: string; readonly what: string },
  names: readonly string[],
): void {
  checkMembers(context, memberOf(test, section)?.value, [...steps, section], what, names);
}

function checkMembers(
  context: LintContext,
  object: JsonNode | undefined,
  steps: Steps,
  what: string,
  names: readonly string[],
): void {
  for (const { key } of membersOf(object)) {
    if (isCommentKey(key.value)) continue;
    known(context, { node: key, steps: [...steps, key.value], name: key.value, what }, names);
  }
}

function known(context: LintContext, named: Named, names: readonly string[]): void {
  const { node, steps, name, what } = named;
  if (names.includes(name)) return;
  const near = nearName(name, names);
  const message = `The document has no ${what} "${name}".`;
  const fix = near === undefined ? 'remove it' : `write "${near}"`;
  context.report('invalid_option', { node, steps }, message, fix);
}

function methodsOf({ json }: LintContext): readonly string[] {
  const api = jsonMember(json, 'API') ?? jsonMember(json, 'api');
  return jsonMembers(api).flatMap(([key]) => [key, methodNamed(key) ?? key]);
}

/** Parameters and values of the document's own; the moving names are filled by paging alone. */
function valueNames({ names }: LintContext): readonly string[] {
  return names.all().filter((name) => {
    const kind = names.resolve(name)?.kind;
    return kind === 'parameter' || kind === 'local';
  });
}
