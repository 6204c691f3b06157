import { compileArithmetic } from '../variables/arithmetic.ts';
import { isCommentKey } from '../comment-key.ts';
import { memberOf } from '../json-text/json-node.ts';
import type { ObjectNode, StringNode } from '../json-text/json-node.ts';
import { parseTemplate } from '../templates/template.ts';
import { isNumericName } from '../variables/compile-variable.ts';
import type { LintContext, Steps } from './lint-context.ts';
import { nearName } from './near-name.ts';
import { variableMembers } from './variable-uses.ts';

const FORM_KEYS = ['expression', 'json', 'text'];
/** Names whose values are a closed list, so that a row can be unreachable. */
const CLOSED_VALUES: ReadonlyMap<string, readonly string[]> = new Map([
  ['activity_type', ['inbound', 'outbound']],
  ['call_result', ['answered', 'missed', 'voicemail', 'busy', 'failed', 'cancelled']],
]);
/** Like `$a$ * 1000`: operators, numbers and placeholders only, at least one operator. */
const CALCULATION = /^[\s\d.()*/+-]*$/;

/** Checks the definitions of variables: choices, what is computed, and circles. */
export function checkVariables(context: LintContext): void {
  for (const { key, value } of variableMembers(context)) {
    const steps = ['variables', key.value];
    if (value.kind === 'string') {
      checkArithmetic(context, value, steps);
    } else if (value.kind === 'object' && !FORM_KEYS.some((form) => memberOf(value, form))) {
      checkChoice(context, value, steps);
    }
  }
}

function checkChoice(context: LintContext, node: ObjectNode, steps: Steps): void {
  const members = node.members.filter(({ key }) => !isCommentKey(key.value));
  if (members.length !== 1) {
    const keys = members.map(({ key }) => `"${key.value}"`).join(' and ');
    const message =
      members.length === 0
        ? 'This variable is an empty object.'
        : `A choice is made by one name, but this one has ${String(members.length)} keys: ${keys}.`;
    const fix =
      'put one choice into a row of the other, or write an expression: {"expression": "…"}';
    context.report('choice_keys', { node: members[1]?.key ?? node, steps }, message, fix);
  }
  for (const { key, value } of members) {
    const inner = [...steps, key.value];
    checkChoiceKey(context, key, inner);
    if (value.kind === 'object') {
      checkRows(context, key.value, value, inner);
    }
  }
}

function checkChoiceKey(context: LintContext, key: StringNode, steps: Steps): void {
  const ref = context.names.resolve(key.value);
  if (ref !== undefined) {
    return;
  }
  const bare = key.value.replace(/^[${]|[$}]$/g, '');
  const near = context.near(bare) ?? nearName(bare, FORM_KEYS);
  const message = `The choice is made by "${key.value}", which is no parameter, property, variable or value of your own.`;
  const fix =
    near === undefined ? 'write a known name as the key, without signs' : `write "${near}"`;
  context.report('choice_unknown_key', { node: key, steps }, message, fix);
}

function checkRows(context: LintContext, name: string, rows: ObjectNode, steps: Steps): void {
  const closed = CLOSED_VALUES.get(context.names.resolve(name)?.name ?? name);
  // Rows are values of the call, so `_x` may be one; a row of a closed list cannot.
  for (const { key, value } of rows.members) {
    const inner = [...steps, key.value];
    if (closed !== undefined && isCommentKey(key.value)) continue;
    if (closed !== undefined && key.value !== 'default' && !closed.includes(key.value)) {
      const near = nearName(key.value, closed);
      const list = closed.map((each) => `"${each}"`).join(', ');
      const message = `"${name}" is never "${key.value}"; it is one of ${list}.`;
      const fix = near === undefined ? `write one of ${list}, or "default"` : `write "${near}"`;
      context.report('choice_row_never_matches', { node: key, steps: inner }, message, fix);
    }
    if (value.kind === 'object') {
      checkChoice(context, value, inner);
    } else if (value.kind === 'string') {
      checkArithmetic(context, value, inner);
    }
  }
}

function checkArithmetic(context: LintContext, node: StringNode, steps: Steps): void {
  const parts = parseTemplate(
    node.value,
    context.notation,
    (name) => context.names.resolve(name) !== undefined,
  );
  if (compileArithmetic(parts, (name) => isNumericName(name, context.names)) !== undefined) {
    const message = `"${node.value}" is read as a calculation.`;
    context.report(
      'read_as_arithmetic',
      { node, steps },
      message,
      `write {"text": "${node.value}"} if it is meant as a text`,
    );
    return;
  }
  const wouldBe = compileArithmetic(parts, () => true) !== undefined;
  const literal = parts.map((part) => (part.kind === 'text' ? part.text : '')).join('');
  const wrong = parts.find(
    (part) => part.kind === 'name' && !isNumericName(part.name, context.names),
  );
  // Two numbers of a phone with a sign between them are a text on purpose, so only * and / count.
  if (
    wouldBe &&
    wrong?.kind === 'name' &&
    CALCULATION.test(literal) &&
    /[*/]|\s[+-]\s/.test(literal)
  ) {
    const kind =
      context.names.resolve(wrong.name)?.kind === 'variable'
        ? 'a variable, and variables count as text here'
        : 'no number';
    const message = `"${node.value}" looks like a calculation but stays a text: ${context.placeholder(wrong.name)} is ${kind}.`;
    const fix = 'write an expression: {"expression": "…"}, or {"text": "…"} if a text is meant';
    context.report('not_arithmetic', { node, steps }, message, fix);
  }
}
