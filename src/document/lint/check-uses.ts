import { memberOf } from '../json-text/json-node.ts';
import type { MethodName } from '../methods.ts';
import { placesOf } from './check-answers.ts';
import { namesIn, resolveAt } from './lint-context.ts';
import type { LintContext, MethodNode } from './lint-context.ts';

const CALLER = ['phone', 'party_number', 'calling_number', 'called_number'];
const THE_CALL = ['activity_id', 'call_key'];

/** A request is about one of these values; without any it asks or changes the wrong thing. */
const KEY_VALUES: Partial<Record<MethodName, readonly string[]>> = {
  FindContact: CALLER,
  SearchContacts: ['prefix'],
  UpdateContact: ['contact_id'],
  DeleteContact: ['contact_id'],
  UpdateActivity: THE_CALL,
  AssignActivity: THE_CALL,
  StopCallActivity: THE_CALL,
  UploadFile: ['file', 'content_url', 'call_url'],
};

const PAGING_VALUES: Readonly<Record<string, { request?: string; response?: string }>> = {
  page: { request: 'page' },
  offset: { request: 'offset' },
  cursor: { request: 'cursor', response: 'cursor' },
  next_url: { response: 'next_url' },
};

/** Checks that requests use the values that they are about, and pages the values that move. */
export function checkUses(
  context: LintContext,
  uses: ReadonlyMap<string, readonly string[]>,
): void {
  for (const method of context.methods) {
    const used = requestNames(context, method, uses);
    checkKeyValue(context, method, used);
    checkPaging(context, method, used);
  }
}

function checkKeyValue(context: LintContext, method: MethodNode, used: ReadonlySet<string>): void {
  const wanted = method.name === undefined ? undefined : KEY_VALUES[method.name];
  if (wanted === undefined || wanted.some((name) => used.has(name))) {
    return;
  }
  const list = wanted.map((name) => context.placeholder(name)).join(' or ');
  const message = `The request of "${method.spelling}" uses no ${list}, so it cannot be about the right one.`;
  context.report(
    'request_without_key_value',
    { node: method.key, steps: method.steps },
    message,
    `put "${context.placeholder(wanted[0] ?? '')}" into the request`,
  );
}

function checkPaging(context: LintContext, method: MethodNode, used: ReadonlySet<string>): void {
  const type = memberOf(memberOf(method.node, 'paging')?.value, 'type');
  const wanted = type?.value.kind === 'string' ? PAGING_VALUES[type.value.value] : undefined;
  if (type === undefined || wanted === undefined) {
    return;
  }
  const at = { node: type.value, steps: [...method.steps, 'paging', 'type'] };
  const { request, response } = wanted;
  if (request !== undefined && !used.has(request)) {
    const written = context.placeholder(request);
    context.report(
      'paging_without_value',
      at,
      `The request does not use ${written}, so every page would be the first one.`,
      `put "${written}" into the request, where the CRM wants it`,
    );
  }
  const isMapped = placesOf(context, method).some(
    (place) =>
      place.use === 'response' &&
      response !== undefined &&
      namesIn(context, place).includes(response),
  );
  const derive = memberOf(method.node, 'derive')?.value;
  const isDerived = response !== undefined && memberOf(derive, response) !== undefined;
  if (response !== undefined && !isMapped && !isDerived) {
    const written = context.placeholder(response);
    context.report(
      'paging_without_value',
      at,
      `The answer binds no ${written}, so there would be one page only.`,
      `put "${written}" into "response_map", where the CRM says what comes next`,
    );
  }
}

/** The names that a request uses, those inside its variables too; number forms by their parameter. */
export function requestNames(
  context: LintContext,
  method: MethodNode,
  uses: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const names = new Set<string>();
  const open: string[] = [];
  const add = (name: string): void => {
    if (!names.has(name)) {
      names.add(name);
      open.push(name);
    }
  };
  for (const place of placesOf(context, method)) {
    if (place.use !== 'response' && place.use !== 'error') {
      namesIn(context, place).forEach((name) => {
        add(resolveAt(context, place, name)?.name ?? name);
      });
    }
  }
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    uses.get(name)?.forEach((each) => {
      add(context.names.resolve(each)?.name ?? each);
    });
  }
  return names;
}
