import { jsonPointer } from '../findings/finding.ts';
import { memberOf, membersOf } from '../json-text/json-node.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import { methodNamed, methodRow } from '../methods.ts';
import type { MethodName } from '../methods.ts';
import { isSignIn, namesIn, resolveAt } from './lint-context.ts';
import type { LintContext, MethodNode, Place, Steps } from './lint-context.ts';
import { requestsOf } from './check-requests.ts';

/** Methods whose answer is useless without the id that makes a record. */
const NEEDS_ID: readonly MethodName[] = [
  'Users',
  'Contacts',
  'Organizations',
  'FindContact',
  'SearchContacts',
  'FindActivity',
];

/** The maps of the answers to a sign-in. */
const SIGN_IN_MAPS = [
  ['auth', 'response_map'],
  ['OAuth2', 'token_response_map'],
  ['OAuth2', 'callback_map'],
] as const;

/** Checks the maps of answers: what they bind, what they compare. */
export function checkAnswers(context: LintContext): void {
  for (const method of context.methods) {
    const bound = boundNames(context, method);
    if (method.name !== undefined) {
      checkId(context, method, method.name, bound);
    }
    if (method.name === 'FindContact') {
      checkNumber(context, method, bound);
    }
    for (const { node, steps } of requestsOf(method)) {
      const map = memberOf(node, 'response_map')?.value;
      if (map !== undefined) {
        checkLiterals(context, map, { steps: [...steps, 'response_map'], inList: false, key: '' });
      }
    }
  }
  for (const steps of SIGN_IN_MAPS) {
    const [section, key] = steps;
    const map = memberOf(memberOf(context.root, section)?.value, key)?.value;
    if (map !== undefined) checkLiterals(context, map, { steps, inList: false, key: '' });
  }
  for (const place of context.places) {
    if (place.use === 'response' && !place.isKey) {
      checkOneValue(context, place);
      checkNumberForms(context, place);
    }
  }
}

/** The names that stand in the answers' maps of a method, number forms by their parameter. */
export function boundNames(context: LintContext, method: MethodNode): ReadonlySet<string> {
  const names = new Set<string>();
  for (const place of placesOf(context, method)) {
    if (place.use === 'response') {
      for (const name of namesIn(context, place)) {
        names.add(resolveAt(context, place, name)?.name ?? name);
      }
    }
  }
  for (const { node } of requestsOf(method)) {
    for (const { key } of membersOf(memberOf(node, 'derive')?.value)) names.add(key.value);
  }
  return names;
}

/** The texts that belong to one method object. */
export function placesOf(context: LintContext, { steps }: MethodNode): readonly Place[] {
  return context.placesUnder.get(jsonPointer(steps)) ?? [];
}

function checkId(
  context: LintContext,
  method: MethodNode,
  name: MethodName,
  bound: ReadonlySet<string>,
): void {
  const { idField } = methodRow(name);
  if (!NEEDS_ID.includes(name) || bound.has(idField)) {
    return;
  }
  const at = {
    node: memberOf(method.node, 'response_map')?.key ?? method.key,
    steps: method.steps,
  };
  const message = `The answer of "${method.spelling}" binds no ${context.placeholder(idField)}, so nothing is found in it.`;
  const fix = `put "${context.placeholder(idField)}" into "response_map", where the id stands in the answer`;
  context.report('missing_id_in_answer', at, message, fix);
}

function checkNumber(context: LintContext, method: MethodNode, bound: ReadonlySet<string>): void {
  const [map] = requestsOf(method).flatMap(({ node }) => memberOf(node, 'response_map') ?? []);
  if (map === undefined || bound.has('phone') || bound.has('mobile')) {
    return;
  }
  const at = { node: map.key, steps: [...method.steps, 'response_map'] };
  const message =
    'The answer binds no phone number, so nobody checks that the person found has the number that called; some CRMs answer an unknown filter with everybody.';
  const fix = `put "${context.placeholder('phone')}" where the number stands in the answer`;
  context.report('no_number_in_answer', at, message, fix);
}

interface Around {
  readonly steps: Steps;
  readonly inList: boolean;
  readonly key: string;
}

function checkLiterals(context: LintContext, node: JsonNode, around: Around): void {
  if (node.kind === 'object') {
    for (const { key, value } of node.members) {
      checkLiterals(context, value, {
        ...around,
        steps: [...around.steps, key.value],
        key: key.value,
      });
    }
    return;
  }
  if (node.kind === 'array') {
    node.elements.forEach((each, index) => {
      checkLiterals(context, each, { ...around, steps: [...around.steps, index], inList: true });
    });
    return;
  }
  const place = context.placeOf.get(node);
  const hasSigns = node.kind === 'string' && looksLikePlaceholder(context, node.value);
  if (hasSigns || (place !== undefined && namesIn(context, place).length > 0)) {
    return;
  }
  const what = around.inList ? 'elements' : 'answers';
  const where = around.key === '' ? 'which are' : `whose \`${around.key}\` is`;
  const rest = around.inList ? '' : '; any other answer counts as a refusal';
  const message = `Only ${what} ${where} ${literalWords(node)} count${rest}. That is right if it is meant; a sample value should be removed.`;
  context.report('literal_in_response', { node, steps: around.steps }, message);
}

/** Texts with signs get findings of their own. */
function looksLikePlaceholder(context: LintContext, text: string): boolean {
  const [open, close] = context.notation === 'dollar' ? ['$', '$'] : ['{', '}'];
  const start = text.indexOf(open);
  return start !== -1 && text.lastIndexOf(close) > start + 1;
}

function literalWords(node: JsonNode): string {
  switch (node.kind) {
    case 'string':
      return `"${node.value}"`;
    case 'number':
      return node.source;
    case 'boolean':
      return String(node.value);
    default:
      return 'missing or null';
  }
}

function checkOneValue(context: LintContext, place: Place): void {
  const isKnown = place.method !== undefined || isSignIn(place.steps);
  const targets = isKnown ? bindable(context, place) : undefined;
  const [first, second] = targets ?? [];
  if (first === undefined || second === undefined) {
    return;
  }
  const message = `This text holds two values, ${context.placeholder(first)} and ${context.placeholder(second)}; nobody can tell where one ends and the other begins.`;
  const fix = 'bind one value per text; full names are split by themselves';
  context.report('ambiguous_answer_text', { node: place.node, steps: place.steps }, message, fix);
}

/** Names of a text that an answer fills; the values of all others are put in first. */
function bindable(context: LintContext, place: Place): readonly string[] {
  return namesIn(context, place).filter((name) => {
    const ref = resolveAt(context, place, name);
    if (ref?.kind === 'parameter') return ref.form === undefined && isTarget(place, ref.name);
    return ref !== undefined && ref.kind !== 'property' && ref.kind !== 'variable';
  });
}

/** True for a parameter that the answer of this method may fill; of an unknown method all may be. */
function isTarget(place: Place, parameter: string): boolean {
  const name = methodNamed(place.method ?? '');
  return name === undefined || methodRow(name).targets.has(parameter);
}

function checkNumberForms(context: LintContext, place: Place): void {
  for (const name of namesIn(context, place)) {
    const ref = resolveAt(context, place, name);
    if (ref?.kind !== 'parameter' || ref.form === undefined || !isTarget(place, ref.name)) {
      continue;
    }
    const whole = context.placeholder(ref.name);
    const message = `${context.placeholder(name)} is a form for requests: in an answer it is compared, so no number is read here.`;
    const index = place.node.value.indexOf(context.placeholder(name));
    const fix = `write \`${whole}\`: numbers are read in any form`;
    const at = { node: place.node, steps: place.steps, index };
    context.report('number_form_in_answer', at, message, fix);
  }
}
