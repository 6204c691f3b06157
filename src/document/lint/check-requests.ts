import { isConnectionHeader, isFieldName, isFieldValue } from '../../text/http-field.ts';
import { elementsOf, memberOf, membersOf, stringOf } from '../json-text/json-node.ts';
import type { JsonNode, Member, ObjectNode, StringNode } from '../json-text/json-node.ts';
import { hasSigns, parseTemplate } from '../templates/template.ts';
import { isSession } from './check-sign-in.ts';
import { declaredIn } from './lint-context.ts';
import type { LintContext, MethodNode, Steps } from './lint-context.ts';

/** Checks how requests are put together: queries, forms and headers. */
export function checkRequests(context: LintContext): void {
  checkHeaders(context, memberOf(context.root, 'request_headers'), ['request_headers']);
  checkKeyHeaders(context);
  for (const { node, steps } of [...context.methods.flatMap(requestsOf), ...loginOf(context)]) {
    checkHeaders(context, memberOf(node, 'request_headers'), [...steps, 'request_headers']);
    checkBodyKind(context, node, steps);
    checkQueryNames(context, node, steps);
  }
}

/** The login request of a document that signs in by one. */
export function loginOf(context: LintContext): readonly { node: ObjectNode; steps: Steps }[] {
  const auth = memberOf(context.root, 'auth')?.value;
  return isSession(context) && auth?.kind === 'object' ? [{ node: auth, steps: ['auth'] }] : [];
}

/** The requests of a method: itself, and its steps. */
export function requestsOf(method: MethodNode): readonly { node: ObjectNode; steps: Steps }[] {
  const inner = elementsOf(memberOf(method.node, 'steps')?.value);
  return [
    { node: method.node, steps: method.steps },
    ...inner.flatMap((node, index) =>
      node.kind === 'object' ? [{ node, steps: [...method.steps, 'steps', index] }] : [],
    ),
  ];
}

function checkHeaders(context: LintContext, member: Member | undefined, steps: Steps): void {
  for (const { key, value } of declaredIn(member?.value)) {
    checkHeaderValue(context, key.value, value, [...steps, key.value]);
    const at = { node: key, steps: [...steps, key.value] };
    if (key.value.toLowerCase() === 'authorization') {
      const message = 'The header Authorization is made from "auth" or "OAuth2".';
      const fix =
        'remove it, and write "auth": { "type": "ApiKey", "in": "header", "name": "Authorization", "value": "…" }';
      context.report('refused_header', at, message, fix);
    } else if (isConnectionHeader(key.value)) {
      const message = `The header ${key.value} is set by the connection itself; documents may not set it.`;
      context.report('refused_header', at, message, 'remove it');
    } else if (!isFieldName(key.value) && !hasSigns(key.value)) {
      context.report(
        'refused_header',
        at,
        `"${key.value}" cannot be the name of a header.`,
        'use letters, digits and -',
      );
    }
  }
}

/** What is written around placeholders; their values are checked when a request is made. */
function checkHeaderValue(context: LintContext, name: string, node: JsonNode, steps: Steps): void {
  if (node.kind !== 'string' || isFieldValue(node.value)) {
    return;
  }
  const isKnown = (each: string): boolean => context.names.resolve(each, 'auth') !== undefined;
  const parts = parseTemplate(node.value, context.notation, isKnown);
  if (parts.some((part) => part.kind === 'text' && !isFieldValue(part.text))) {
    const message = `The value of the header ${name} holds a line break, a control character or a letter that headers cannot carry.`;
    context.report(
      'refused_header',
      { node, steps },
      message,
      'use letters without accents, digits and signs, in one line',
    );
  }
}

/** The objects that say where a key or a token goes. */
const PLACEMENTS = [['auth'], ['auth', 'present'], ['OAuth2', 'request_auth']] as const;

function checkKeyHeaders(context: LintContext): void {
  for (const steps of PLACEMENTS) {
    let placement: JsonNode | undefined = context.root;
    for (const step of steps) placement = memberOf(placement, step)?.value;
    if (stringOf(memberOf(placement, 'in')?.value) === 'query') continue;
    for (const key of ['token', 'value']) {
      const value = memberOf(placement, key)?.value;
      const name = `of "${steps.at(-1) ?? ''}"`;
      if (value !== undefined) checkHeaderValue(context, name, value, [...steps, key]);
    }
    const name = memberOf(placement, 'name')?.value;
    if (name?.kind === 'string') checkKeyHeader(context, name, [...steps, 'name']);
  }
}

function checkKeyHeader(context: LintContext, node: StringNode, steps: Steps): void {
  const fix = 'write the header that the CRM names for keys';
  if (isConnectionHeader(node.value)) {
    const message = `The header ${node.value} is set by the connection itself; documents may not set it.`;
    context.report('refused_header', { node, steps }, message, fix);
  } else if (!isFieldName(node.value)) {
    const message = `"${node.value}" cannot be the name of a header.`;
    context.report('refused_header', { node, steps }, message, fix);
  }
}

function checkBodyKind(context: LintContext, node: ObjectNode, steps: Steps): void {
  const parameters = memberOf(node, 'request_parameters');
  if (parameters?.value.kind !== 'array') {
    return;
  }
  const verb = stringOf(memberOf(node, 'request_method')?.value);
  const type = stringOf(memberOf(node, 'request_content_type')?.value)?.toLowerCase() ?? '';
  const what = verb === 'GET' ? 'the query of a GET' : type.includes('form') ? 'a form' : undefined;
  if (what !== undefined) {
    const message = `A list stands where ${what} needs names and values.`;
    const at = { node: parameters.value, steps: [...steps, 'request_parameters'] };
    context.report('list_as_query', at, message, 'write an object: { "name": "value" }');
  }
}

function checkQueryNames(context: LintContext, node: ObjectNode, steps: Steps): void {
  const address = stringOf(
    (memberOf(node, 'request_url') ?? memberOf(node, 'request_path'))?.value,
  );
  const isGet = stringOf(memberOf(node, 'request_method')?.value) === 'GET';
  const inPath = queryNames(address ?? '');
  const sections = isGet ? ['request_parameters', 'query'] : ['query'];
  const seen = new Map(inPath.map((name) => [name, 'the query of the path']));
  for (const section of sections) {
    const members = membersOf(memberOf(node, section)?.value);
    for (const { key } of members) {
      const before = seen.get(key.value);
      if (before !== undefined) {
        const both = before.startsWith('the')
          ? 'both are sent'
          : 'the one of "request_parameters" is sent';
        const message = `"${key.value}" stands in ${before} and in "${section}"; ${both}.`;
        context.report(
          'duplicate_query_name',
          { node: key, steps: [...steps, section, key.value] },
          message,
          'remove one of the two',
        );
      }
    }
    members.forEach(({ key }) => seen.set(key.value, `"${section}"`));
  }
}

function queryNames(address: string): readonly string[] {
  const at = address.indexOf('?');
  const query = at === -1 ? '' : (address.slice(at + 1).split('#')[0] ?? '');
  return query
    .split('&')
    .map((pair) => pair.split('=')[0] ?? '')
    .filter((name) => name !== '');
}
