import { jsonMembers, jsonMember } from '../json-value.ts';
import {
  CREDENTIAL_NAMES,
  ERROR_NAMES,
  MOVING_NAMES,
  SIGN_IN_NAMES,
  TARGET_NAMES,
} from '../names/names.ts';
import { oldNamesOf, PARAMETER_ALIASES } from '../names/parameters.ts';
import { parseTemplate } from '../templates/template.ts';
import type { ExpressionUse } from './check-expressions.ts';
import { isSignIn, knownAt, namesIn, partsAt, resolveAt } from './lint-context.ts';
import type { LintContext, Place } from './lint-context.ts';
import { nearName } from './near-name.ts';

/** What could be meant as a name: letters, digits, `_` and blanks. */
const NAME = /^[\p{L}\p{N}_ ]{1,60}$/u;
const HAS_LETTER = /\p{L}/u;

/** Checks every placeholder of a document, and what only looks like one. */
export function checkPlaceholders(
  context: LintContext,
  expressions: readonly ExpressionUse[],
  uses: ReadonlyMap<string, readonly string[]>,
): void {
  const used = new Set([
    ...expressions.flatMap(({ properties, uses: names }) => [...properties, ...names]),
    ...[...uses.values()].flat(),
  ]);
  const undeclared = new Set<string>();
  const declared = new Set(
    jsonMembers(jsonMember(context.json, 'parameters')).map(([name]) => name),
  );
  for (const place of context.places) {
    if (context.isFull()) {
      return;
    }
    if (place.use === 'words' || place.use === 'expression' || place.use === 'condition') {
      continue;
    }
    checkUnknown(context, place);
    checkOtherNotation(context, place);
    for (const name of namesIn(context, place)) {
      used.add(name);
      checkParameter(context, place, name, { declared, undeclared });
    }
  }
  checkUnusedProperties(context, used);
}

/** Looks at each sign that begins no placeholder for a name that was meant as one. */
function checkUnknown(context: LintContext, place: Place): void {
  const text = place.node.value;
  const [open, close] = context.notation === 'dollar' ? ['$', '$'] : ['{', '}'];
  if (!text.includes(open)) return;
  const placeholders = partsAt(context, place);
  let covered = 0;
  const literal: [number, string][] = [];
  for (const part of placeholders) {
    if (part.kind === 'text') {
      literal.push([covered, part.text]);
    }
    covered += part.kind === 'text' ? part.text.length : part.length;
  }
  for (const [start, piece] of literal) {
    let end = 0;
    for (let at = piece.indexOf(open); at !== -1;) {
      // Many opening signs share one closing sign: it is looked for once.
      if (end !== -1 && end <= at) end = piece.indexOf(close, at + 1);
      const name = end === -1 ? '' : piece.slice(at + 1, end);
      const told =
        NAME.test(name) && HAS_LETTER.test(name) && reportUnknown(context, place, name, start + at);
      at = piece.indexOf(open, told ? end + 1 : at + 1);
    }
  }
}

/** True when the text between two signs was taken for a name and reported. */
function reportUnknown(context: LintContext, place: Place, name: string, index: number): boolean {
  const at = { node: place.node, steps: place.steps, index };
  const written = context.placeholder(name);
  const misplaced = [...MOVING_NAMES, ...CREDENTIAL_NAMES].find((each) => each === name);
  if (misplaced !== undefined) {
    const isMoving = MOVING_NAMES.some((each) => each === name);
    const where = isMoving
      ? 'in methods with "paging"'
      : 'in "auth", "OAuth2" and variables for them';
    const fix = isMoving ? 'add "paging" to the method' : 'move it to "auth"';
    context.report('misplaced_name', at, `${written} is known only ${where}.`, fix);
    return true;
  }
  const trimmed = name.trim();
  // Names are not trimmed: `{ id }` is text, as in GraphQL; `$ contact_id $` is hardly ever meant so.
  const meant = context.notation === 'dollar' && context.names.resolve(trimmed) !== undefined;
  const near = trimmed === name || meant ? nearAt(context, place, trimmed) : undefined;
  if (near !== undefined) {
    const message = `${written} is no known name; ${context.placeholder(near)} is almost the same.`;
    context.report('misspelt_name', at, message, `write \`${context.placeholder(near)}\``);
    return true;
  }
  if (trimmed !== name) {
    return false;
  }
  const short = shortFor(place, name);
  if (short !== undefined) {
    const message = `${written} is no known name; here it is called ${context.placeholder(short)}.`;
    context.report('misspelt_name', at, message, `write \`${context.placeholder(short)}\``);
    return true;
  }
  if (place.use === 'response' || place.use === 'error') {
    const message = `${written} is no known name, so nothing of the answer would be read here.`;
    context.report(
      'unknown_name_in_answer',
      at,
      message,
      place.use === 'error'
        ? `write one of ${ERROR_NAMES.map(context.placeholder).join(', ')}: nothing else is read here`
        : `declare it: "parameters": { "${name}": "string" }`,
    );
  } else {
    const message = `${written} is no known name; it is sent as text, signs included.`;
    context.report(
      'unknown_name',
      at,
      message,
      `declare it under "parameters", or write the text without signs`,
    );
  }
  return true;
}

/** The names that are known at a place of an answer alone. */
function ownNames(place: Place): readonly string[] {
  if (place.use === 'error') return ERROR_NAMES;
  if (isSignIn(place.steps)) return SIGN_IN_NAMES;
  return place.use === 'response' ? TARGET_NAMES : [];
}

/** What is called by a part of its name: `$token$` of a login is the session's token. */
function shortFor(place: Place, name: string): string | undefined {
  if (place.use !== 'error' && !(place.use === 'response' && isSignIn(place.steps))) {
    return undefined;
  }
  const token = place.steps[0] === 'auth' ? 'session_token' : 'access_token';
  const found = ownNames(place).filter((each) => each.split('_').includes(name.toLowerCase()));
  return found.length > 1 ? found.find((each) => each === token) : found[0];
}

/** The name that a misspelt one most likely means; tokens are known in the sign-in alone. */
function nearAt(context: LintContext, place: Place, name: string): string | undefined {
  return context.near(name) ?? nearName(name, ownNames(place));
}

function checkOtherNotation(context: LintContext, place: Place): void {
  const other = context.notation === 'dollar' ? 'braces' : 'dollar';
  if (!place.node.value.includes(other === 'dollar' ? '$' : '{')) return;
  for (const part of parseTemplate(place.node.value, other, knownAt(context, place))) {
    if (part.kind === 'name') {
      const written = other === 'dollar' ? `$${part.name}$` : `{${part.name}}`;
      const own = context.placeholder(part.name);
      if (place.node.value.includes(own) && own.includes(written)) {
        continue;
      }
      const hint = other === 'braces' ? ', or add "var_char": "{}" and use {name} everywhere' : '';
      const message = `${written} is text: placeholders of this document are written ${own}.`;
      context.report(
        'other_notation',
        { node: place.node, steps: place.steps, index: part.offset },
        message,
        `write \`${own}\`${hint}`,
      );
    }
  }
}

function checkParameter(
  context: LintContext,
  place: Place,
  name: string,
  seen: { readonly declared: ReadonlySet<string>; readonly undeclared: Set<string> },
): void {
  const ref = resolveAt(context, place, name);
  const at = {
    node: place.node,
    steps: place.steps,
    index: place.node.value.indexOf(context.placeholder(name)),
  };
  if (ref?.kind === 'variable' && place.use === 'response') {
    const message = `${context.placeholder(name)} is a variable: variables are computed, an answer cannot fill them.`;
    const fix = `bind a value of your own: "parameters": { "${name}_value": "string" }, then ${context.placeholder(`${name}_value`)}`;
    context.report('response_binds_variable', at, message, fix);
  }
  if (ref?.kind !== 'parameter') {
    return;
  }
  const isOld = PARAMETER_ALIASES.has(name);
  if (isOld && !seen.undeclared.has(name)) {
    const message = `${context.placeholder(name)} is an old name of ${context.placeholder(ref.name)}.`;
    context.report('old_parameter_name', at, message, `write \`${context.placeholder(ref.name)}\``);
    seen.undeclared.add(name);
  }
  const spellings = [ref.name, name, ...oldNamesOf(ref.name)];
  if (!spellings.some((each) => seen.declared.has(each)) && !seen.undeclared.has(ref.name)) {
    const message = `${context.placeholder(ref.name)} is used but not declared; it goes out as ${ref.type.type}.`;
    context.report(
      'undeclared_parameter',
      at,
      message,
      `add "${ref.name}": "${ref.type.type}" to "parameters"`,
    );
    seen.undeclared.add(ref.name);
  }
}

function checkUnusedProperties(context: LintContext, used: ReadonlySet<string>): void {
  for (const { node, steps, use } of context.places) {
    const isLabel = steps[0] === 'properties' && (steps.length === 2 || steps[2] === 'label');
    if (isLabel && use === 'words' && !used.has(node.value)) {
      const message = `"${node.value}" is asked for in the form, but ${context.placeholder(node.value)} is used nowhere.`;
      context.report('unused_property', { node, steps }, message, 'use it, or remove it');
    }
  }
}
