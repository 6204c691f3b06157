import { isConnectionHeader, isFieldName } from '../../text/http-field.ts';
import { bindTarget } from '../bind/bind-target.ts';
import { derivedName } from '../bind/derive.ts';
import { isCommentKey } from '../comment-key.ts';
import { memberOf, membersOf } from '../json-text/json-node.ts';
import type { JsonNode, ObjectNode } from '../json-text/json-node.ts';
import { methodNamed, methodRow, objectsThatRun } from '../methods.ts';
import { requestsOf } from './check-requests.ts';
import type { LintContext, MethodNode, Steps } from './lint-context.ts';

/** What a method with `steps` cannot have itself: each request of it has its own. */
const OF_A_REQUEST = [
  'request_method',
  'request_path',
  'request_url',
  'request_content_type',
  'request_parameters',
  'query',
  'response_map',
  'response_headers',
  'derive',
  'paging',
];

/** Checks methods of several requests, and what is bound beside the map of an answer. */
export function checkRequestLists(context: LintContext): void {
  checkEmpty(context);
  checkReached(context);
  for (const method of context.methods) {
    checkSteps(context, method);
    checkPage(context, method);
    checkPaging(context, method);
    for (const { node, steps } of requestsOf(method)) {
      checkDerive(context, method, node, steps);
      checkIdempotency(context, method, node, steps);
    }
  }
}

function checkEmpty(context: LintContext): void {
  const section = memberOf(context.root, 'API') ?? memberOf(context.root, 'api');
  for (const { key, value } of membersOf(section?.value)) {
    if (value.kind !== 'array' || value.elements.length > 0 || isCommentKey(key.value)) continue;
    const at = { node: value, steps: [section?.key.value ?? 'API', key.value] };
    reportEmpty(context, at, `The method "${key.value}" is an empty list`);
  }
  for (const { node, steps, spelling } of context.methods) {
    const own = memberOf(node, 'steps')?.value;
    if (own?.kind !== 'array' || own.elements.length > 0) continue;
    reportEmpty(context, { node: own, steps: [...steps, 'steps'] }, `"${spelling}" has no steps`);
  }
}

function reportEmpty(
  context: LintContext,
  at: { readonly node: JsonNode; readonly steps: Steps },
  what: string,
): void {
  context.report(
    'no_requests',
    at,
    `${what}, so it never sends anything.`,
    'write a request, or remove it',
  );
}

/** Of the methods that run one of their objects: those behind one that always runs. */
function checkReached(context: LintContext): void {
  const always = new Set<string>();
  for (const { node, steps, key, name, spelling } of context.methods) {
    const isElement = typeof steps.at(-1) === 'number';
    if (name === undefined || !isElement || objectsThatRun(name) !== 'first') continue;
    if (always.has(spelling)) {
      const message = `An object of "${spelling}" before this one has no "when", so this one never runs.`;
      const fix = 'give the one before it a "when", or move it to the end';
      context.report('unreachable_request', { node, steps }, message, fix);
    } else if (memberOf(node, 'when') === undefined) {
      always.add(key.value);
    }
  }
}

function checkSteps(context: LintContext, { node, steps, spelling }: MethodNode): void {
  if (memberOf(node, 'steps') === undefined) return;
  for (const key of OF_A_REQUEST) {
    const member = memberOf(node, key);
    if (member === undefined) continue;
    const message = `"${spelling}" has "steps": its requests stand there, and "${key}" beside them is not used.`;
    const at = { node: member.key, steps: [...steps, key] };
    context.report('key_without_effect', at, message, 'move it into a step, or remove it');
  }
}

/** A page of a contact belongs to methods that find, list or write contacts. */
function checkPage(context: LintContext, { node, steps, name, spelling }: MethodNode): void {
  const member = memberOf(node, 'contact_url');
  if (member === undefined || name === undefined) return;
  if (methodRow(name).targets.has('contact_type')) return;
  const message = `"${spelling}" is about no contact, so "contact_url" is not used there.`;
  const at = { node: member.key, steps: [...steps, 'contact_url'] };
  context.report('key_without_effect', at, message, 'move it to the methods that find contacts');
}

/** Pages are of lists; a method that writes sends each request once. */
function checkPaging(context: LintContext, { node, steps, name, spelling }: MethodNode): void {
  const member = memberOf(node, 'paging');
  if (member === undefined || name === undefined || !methodRow(name).writes) return;
  const message = `"${spelling}" writes and has no further pages, so "paging" is not used there.`;
  const at = { node: member.key, steps: [...steps, 'paging'] };
  context.report('key_without_effect', at, message, 'remove it');
}

function checkDerive(
  context: LintContext,
  method: MethodNode,
  node: ObjectNode,
  steps: Steps,
): void {
  const known = methodNamed(method.spelling);
  if (known === undefined) return;
  const paging = memberOf(node, 'paging') !== undefined;
  for (const { key } of membersOf(memberOf(node, 'derive')?.value)) {
    const name = key.value;
    const at = { node: key, steps: [...steps, 'derive', name] };
    const ref = derivedName(name, { names: context.names, paging });
    if (bindTarget(ref, known) !== undefined) continue;
    if (ref === undefined) {
      const near = context.near(name);
      const fix =
        near === undefined
          ? `declare it: "parameters": { "${name}": "string" }`
          : `write "${near}"`;
      const message = `"${name}" is no known name, so what is computed is kept nowhere.`;
      context.report('unknown_name_in_answer', at, message, fix);
      continue;
    }
    const message = `"${name}" is nothing that an answer of "${method.spelling}" can fill.`;
    const fix = `compute a value of your own: "parameters": { "own_value": "string" }`;
    context.report('not_to_be_filled', at, message, fix);
  }
}

function checkIdempotency(
  context: LintContext,
  { name, spelling }: MethodNode,
  node: ObjectNode,
  steps: Steps,
): void {
  const member = memberOf(node, 'idempotency_header');
  if (member?.value.kind !== 'string') return;
  const header = member.value.value;
  const at = { node: member.value, steps: [...steps, 'idempotency_header'] };
  if (isConnectionHeader(header) || header.toLowerCase() === 'authorization') {
    const message = `The header ${header} is set by the connection itself; it cannot carry the key.`;
    context.report('refused_header', at, message, 'write the header that the CRM names for it');
  } else if (!isFieldName(header)) {
    const message = `"${header}" cannot be the name of a header.`;
    context.report('refused_header', at, message, 'use letters, digits and -');
  } else if (name !== undefined && !methodRow(name).writes) {
    const message = `"${spelling}" only reads: it may be repeated anyway, and no key is sent.`;
    context.report('key_without_effect', { ...at, node: member.key }, message, 'remove it');
  }
}
