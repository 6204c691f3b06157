import { memberOf, stringOf } from '../json-text/json-node.ts';
import type { ObjectNode, StringNode } from '../json-text/json-node.ts';
import { parseTemplate } from '../templates/template.ts';
import { requestsOf } from './check-requests.ts';
import type { LintContext, Steps } from './lint-context.ts';

type Uses = ReadonlyMap<string, readonly string[]>;

/** Scheme and host of a written address. */
const AUTHORITY = /^https?:\/\/[^/?#]*/i;

/**
 * Checks requests whose address an answer or the call gives: they have neither credentials nor the
 * headers of the document, and `hosts` says where they may go.
 */
export function checkBareRequests(context: LintContext, uses: Uses): void {
  for (const { node, steps } of context.methods.flatMap(requestsOf)) {
    const url = memberOf(node, 'request_url')?.value;
    if (url?.kind !== 'string') continue;
    const chooser = chooserOf(context, url.value, uses);
    if (chooser !== undefined) checkRequest(context, { node, steps, url }, chooser);
  }
}

function checkRequest(
  context: LintContext,
  { node, steps, url }: { node: ObjectNode; steps: Steps; url: StringNode },
  chooser: string,
): void {
  const at = { node: url, steps: [...steps, 'request_url'] };
  const written = context.placeholder(chooser);
  if (stringOf(memberOf(node, 'auth')?.value) !== 'none') {
    const message = `${written} decides where this request goes, and it comes with an answer or the call: the credentials would go there too.`;
    const fix = 'add "auth": "none" to the request, and list the hosts in "hosts"';
    context.report('address_from_answer', at, message, fix);
  } else if (memberOf(context.root, 'hosts') === undefined) {
    const message = `${written} decides where this request goes, and the document does not say which hosts it may be.`;
    const fix = 'add "hosts": ["api.example.com", "*.files.example.com"] with those of the CRM';
    context.report('hosts_needed', at, message, fix);
  }
}

/** The name that decides scheme or host of an address and is not made of properties alone. */
function chooserOf(context: LintContext, text: string, uses: Uses): string | undefined {
  const isKnown = (name: string): boolean => context.names.resolve(name) !== undefined;
  const end = AUTHORITY.exec(text)?.[0].length ?? 1;
  for (const part of parseTemplate(text, context.notation, isKnown)) {
    if (part.kind === 'name' && part.offset < end && isFromOutside(context, part.name, uses)) {
      return part.name;
    }
  }
  return undefined;
}

function isFromOutside(context: LintContext, start: string, uses: Uses): boolean {
  const seen = new Set([start]);
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const kind = context.names.resolve(name)?.kind;
    if (kind === 'parameter' || kind === 'local') return true;
    for (const used of uses.get(name) ?? []) {
      if (!seen.has(used)) open.push(used);
      seen.add(used);
    }
  }
  return false;
}

/** The requests with `"auth": "none"`, by their steps. */
export function bareRequests(context: LintContext): readonly Steps[] {
  return context.methods
    .flatMap(requestsOf)
    .filter(({ node }) => stringOf(memberOf(node, 'auth')?.value) === 'none')
    .map(({ steps }) => steps);
}
