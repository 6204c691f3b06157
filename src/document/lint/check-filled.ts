import { elementsOf, memberOf, stringOf } from '../json-text/json-node.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import { jsonMember } from '../json-value.ts';
import { isHostPattern } from '../render/url/host.ts';
import { flowOf } from '../sign-in/flow.ts';
import { checkShownTokens } from './check-shown-tokens.ts';
import { isSession } from './check-sign-in.ts';
import { isSignIn, namesIn, partsAt, resolveAt } from './lint-context.ts';
import type { At, LintContext, Place } from './lint-context.ts';

/** A property with `filled_by`, and where it is declared. */
interface Filled {
  readonly label: string;
  readonly at: At;
  readonly isUrl: boolean;
  readonly hasDefault: boolean;
}

/** The answers of a sign-in, in the order in which they come. */
const ORDER = ['callback', 'token', 'Account'] as const;
type Answer = (typeof ORDER)[number];

type Uses = ReadonlyMap<string, readonly string[]>;

/**
 * Checks the properties that the sign-in fills: that some answer does, before they are needed, and
 * that an address among them is held by `hosts`.
 */
export function checkFilled(context: LintContext, uses: Uses): void {
  const filled = filledProperties(context);
  if (filled.length > 0) {
    const bound = boundLabels(context);
    const inHosts = reachable(hostNames(context), uses);
    const needed = neededNames(context, uses);
    for (const property of filled) {
      const answers = bound.get(property.label);
      checkIsBound(context, property, answers);
      checkHosts(context, property, { answers, inHosts });
      checkInTime(context, property, { answers, needed });
    }
  }
  checkUnmarked(context, new Set(filled.map(({ label }) => label)));
  const open = filled.filter(({ label }) => !isSecret(context, label));
  checkShownTokens(context, new Set(open.map(({ label }) => label)));
}

function isSecret({ names }: LintContext, label: string): boolean {
  const ref = names.resolve(label);
  return ref?.kind === 'property' && ref.secret;
}

function filledProperties(context: LintContext): readonly Filled[] {
  return elementsOf(memberOf(context.root, 'properties')?.value).flatMap((element, index) => {
    const label = memberOf(element, 'label')?.value;
    const by = memberOf(element, 'filled_by')?.value;
    if (label?.kind !== 'string' || by?.kind !== 'string' || by.value !== 'sign_in') return [];
    const isUrl = stringOf(memberOf(element, 'type')?.value)?.toLowerCase() === 'url';
    const hasDefault = memberOf(element, 'default') !== undefined;
    const at = { node: by, steps: ['properties', index, 'filled_by'] };
    return [{ label: label.value, at, isUrl, hasDefault }];
  });
}

/** Label → the answers that bind it. */
function boundLabels(context: LintContext): ReadonlyMap<string, ReadonlySet<Answer>> {
  const bound = new Map<string, Set<Answer>>();
  for (const place of context.places) {
    const answer = place.use === 'response' && !place.isKey ? answerOf(context, place) : undefined;
    if (answer === undefined) continue;
    for (const name of namesIn(context, place)) {
      if (resolveAt(context, place, name)?.kind !== 'property') continue;
      bound.set(name, (bound.get(name) ?? new Set()).add(answer));
    }
  }
  return bound;
}

/** The answer of the sign-in that a text of a map belongs to; those that never come are none. */
function answerOf(context: LintContext, { steps, method }: Place): Answer | undefined {
  if (method === 'Account') return 'Account';
  const oauth2 = jsonMember(context.json, 'OAuth2');
  const [section, key] = steps;
  if (section === 'auth' && oauth2 === undefined) {
    return key === 'response_map' ? 'token' : undefined;
  }
  if (section !== 'OAuth2') return undefined;
  if (key === 'token_response_map') return 'token';
  return key === 'callback_map' && flowOf(oauth2 ?? null) === 'authorization_code'
    ? 'callback'
    : undefined;
}

type Answers = ReadonlySet<Answer> | undefined;

function checkIsBound(context: LintContext, { label, at }: Filled, answers: Answers): void {
  if (answers !== undefined) return;
  const written = context.placeholder(label);
  const where =
    jsonMember(context.json, 'OAuth2') === undefined
      ? '"response_map" of "auth"'
      : '"token_response_map" or "callback_map" of "OAuth2"';
  const message = `The sign-in is to fill "${label}", but no answer of it binds ${written}.`;
  const fix = `put "${written}" into ${where}, or into the answer of the method "Account"`;
  context.report('never_filled', at, message, fix);
}

function checkHosts(
  context: LintContext,
  { label, isUrl, at }: Filled,
  known: { readonly answers: Answers; readonly inHosts: ReadonlySet<string> },
): void {
  if (!isUrl && !known.inHosts.has(label)) return;
  const written = elementsOf(memberOf(context.root, 'hosts')?.value);
  const hosts = written.flatMap((host) =>
    host.kind === 'string' && isHostPattern(host.value) ? [host.value] : [],
  );
  // A misspelt one is told where it stands.
  if (hosts.length < written.length) return;
  if (hosts.length === 0) {
    const message = `The sign-in fills "${label}" with an address, so the document must say in "hosts" which ones it may be.`;
    const fix = 'add "hosts": ["*.example.com"] with the hosts of the CRM';
    context.report('hosts_needed', at, message, fix);
  } else if (known.answers?.has('callback') && hosts.every((host) => host.startsWith('*'))) {
    const message = `The redirect fills "${label}", which decides where the client secret goes: only elements of "hosts" without * count for it, and there is none.`;
    const fix = 'list its hosts one by one in "hosts"';
    context.report('hosts_needed', at, message, fix);
  }
}

/** The names that stand in the host of an address, or begin one. */
function hostNames(context: LintContext): readonly string[] {
  return context.places.flatMap((place) => {
    if (place.use !== 'url' || place.isKey) return [];
    const names: string[] = [];
    let written = '';
    for (const part of partsAt(context, place)) {
      if (written !== '' && !/^https?:\/\/[^/?#]*$/i.test(written)) break;
      if (part.kind === 'name') names.push(part.name);
      written += part.kind === 'text' ? part.text : 'x';
    }
    return names;
  });
}

/** These names and all that they are made with. */
function reachable(names: readonly string[], uses: Uses): ReadonlySet<string> {
  const seen = new Set(names);
  for (const each of seen) uses.get(each)?.forEach((used) => seen.add(used));
  return seen;
}

/** What is made before an answer has come, in the order of `ORDER`. */
const REQUESTS = ['the page where a person signs in', 'the token request or login', '"Account"'];

/** For each of `REQUESTS` the names that it is made with. */
function neededNames(context: LintContext, uses: Uses): readonly ReadonlySet<string>[] {
  const direct: string[][] = REQUESTS.map(() => []);
  for (const place of context.places) {
    const index = place.isKey ? undefined : requestOf(context, place);
    if (index !== undefined) direct[index]?.push(...namesIn(context, place));
  }
  return direct.map((names) => reachable(names, uses));
}

function requestOf(context: LintContext, { steps, use, method }: Place): number | undefined {
  if (use === 'response' || use === 'words') return undefined;
  const [section, key = ''] = steps;
  if (section === 'OAuth2') {
    if (key === 'request_auth') return undefined;
    return String(key).startsWith('authorization_') ? 0 : 1;
  }
  if (section === 'auth' && isSession(context)) return key === 'present' ? undefined : 1;
  if (section === 'resource_url') return baseOf(context);
  return method === 'Account' ? 2 : undefined;
}

/** The first of `REQUESTS` whose path follows `resource_url`. */
function baseOf(context: LintContext): number | undefined {
  const hasPath = (node: JsonNode | undefined): boolean =>
    node?.kind === 'object' && memberOf(node, 'request_url') === undefined;
  if (isSession(context) && hasPath(memberOf(context.root, 'auth')?.value)) return 1;
  const account = context.methods.find(({ name }) => name === 'Account');
  return hasPath(account?.node) ? 2 : undefined;
}

/** A value that comes with an answer cannot make the request that the answer is to. */
function checkInTime(
  context: LintContext,
  { label, hasDefault, at }: Filled,
  known: { readonly answers: Answers; readonly needed: readonly ReadonlySet<string>[] },
): void {
  const first = ORDER.findIndex((answer) => known.answers?.has(answer));
  if (first === -1 || hasDefault) return;
  const index = known.needed.findIndex((names, place) => place <= first && names.has(label));
  if (index === -1) return;
  const message = `"${label}" is needed for ${REQUESTS[index] ?? ''}, before the answer that fills it, so it never has a value there.`;
  const fix = 'write what is known before in its place, or give the property a "default"';
  context.report('filled_too_late', at, message, fix);
}

/** A property in a map of the sign-in that is not marked is compared, which is hardly ever meant. */
function checkUnmarked(context: LintContext, filled: ReadonlySet<string>): void {
  for (const place of context.places) {
    if (place.use !== 'response' || place.isKey || !isSignIn(place.steps)) continue;
    for (const name of namesIn(context, place)) {
      if (filled.has(name) || resolveAt(context, place, name)?.kind !== 'property') continue;
      const written = context.placeholder(name);
      const index = place.node.value.indexOf(written);
      const message = `${written} is a field of the form: the answer must be equal to what stands there, and fills nothing.`;
      const fix = `if the sign-in is to fill it, write { "label": "${name}", "filled_by": "sign_in" } in "properties"`;
      context.report(
        'property_compared',
        { node: place.node, steps: place.steps, index },
        message,
        fix,
      );
    }
  }
}
