import { jsonMember } from '../json-value.ts';
import { memberOf, membersOf, stringOf } from '../json-text/json-node.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import { flowOf } from '../sign-in/flow.ts';
import { RESERVED_AUTHORIZATION } from '../sign-in/authorization-url.ts';
import { RESERVED_TOKEN_FIELDS } from '../sign-in/token-request.ts';
import { isSignIn, namesIn, resolveAt } from './lint-context.ts';
import type { LintContext, Place, Steps } from './lint-context.ts';

type TokenName = 'access_token' | 'session_token';

/** RFC 9110, section 11.1: the word before the credentials is a token. */
const SCHEME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What is known of a call or a contact is not known when a connection signs in. */
const KNOWN_AT_SIGN_IN: ReadonlySet<string> = new Set(['timezone', 'country']);

/** Checks what `auth` and `OAuth2` say together: flow, reserved names, and where the token goes. */
export function checkSignIn(context: LintContext): void {
  const oauth2 = memberOf(context.root, 'OAuth2')?.value;
  if (oauth2 !== undefined) {
    checkFlow(context, oauth2);
    checkAuthorizationNames(context, oauth2);
    checkTokenFields(context, oauth2);
    checkTokenBody(context, oauth2);
    checkWord(context, oauth2);
    checkPlacement(context, ['OAuth2', 'request_auth'], 'access_token');
  } else if (isSession(context)) {
    checkPlacement(context, ['auth', 'present'], 'session_token');
    checkSessionToken(context);
  }
  for (const place of context.places) {
    if (isSignIn(place.steps) && !place.isKey) checkNames(context, place);
  }
}

/** True for a document that signs in by a login request. */
export function isSession({ root }: LintContext): boolean {
  const auth = memberOf(root, 'auth')?.value;
  const type = stringOf(memberOf(auth, 'type')?.value)?.toLowerCase();
  return type === 'session' && memberOf(root, 'OAuth2') === undefined;
}

function checkFlow(context: LintContext, oauth2: JsonNode): void {
  const flow = memberOf(oauth2, 'flow')?.value;
  const type = memberOf(oauth2, 'flow_type');
  if (flow?.kind !== 'string' || type === undefined) return;
  const named = flowOf(jsonMember(context.json, 'OAuth2') ?? null);
  // A flow that is none is told where it stands, and counts as the authorization code flow.
  if (named === 'authorization_code') return;
  const message = `"flow" says ${flow.value}, but "flow_type" 0 is the authorization code flow; "flow" wins.`;
  const at = { node: type.key, steps: ['OAuth2', 'flow_type'] };
  context.report('flow_differs', at, message, 'remove "flow_type"');
}

/** Tells of parameters of the authorization address that a document cannot set. */
function checkAuthorizationNames(context: LintContext, oauth2: JsonNode): void {
  const section = memberOf(oauth2, 'authorization_parameters')?.value;
  for (const { key, value } of membersOf(section)) {
    const steps = ['OAuth2', 'authorization_parameters', key.value];
    const names =
      key.value === 'default' && value.kind === 'string'
        ? value.value.split('&').map((pair) => pair.split('=', 1)[0] ?? '')
        : [key.value];
    for (const name of names.filter((each) => RESERVED_AUTHORIZATION.has(each))) {
      const node = key.value === 'default' ? value : key;
      const message = `"${name}" is filled in at each sign-in; a document cannot set it.`;
      context.report('reserved_authorization_parameter', { node, steps }, message, 'remove it');
    }
  }
}

/** Tells of fields of the token request that a document cannot set. */
function checkTokenFields(context: LintContext, oauth2: JsonNode): void {
  const isOwnGrant = flowOf(jsonMember(context.json, 'OAuth2') ?? null) === 'client_credentials';
  for (const { key } of membersOf(memberOf(oauth2, 'token_parameters')?.value)) {
    const name = key.value;
    if (!RESERVED_TOKEN_FIELDS.has(name) || (name === 'grant_type' && isOwnGrant)) continue;
    const at = { node: key, steps: ['OAuth2', 'token_parameters', name] };
    const message = `"${name}" is filled in at each token request; this one is not sent.`;
    context.report('reserved_token_parameter', at, message, 'remove it');
  }
}

/** What `compileBody` writes under another name than JSON, and JSON by its own names. */
const TOKEN_BODY =
  /^(?:application\/x-www-form-urlencoded|multipart\/form-data|[^\s/;]+\/(?:[^\s/;]+\+)?json)$/i;

function checkTokenBody(context: LintContext, oauth2: JsonNode): void {
  const node = memberOf(memberOf(oauth2, 'token_parameters')?.value, 'content_type')?.value;
  const place = node === undefined ? undefined : context.placeOf.get(node);
  if (node?.kind !== 'string' || place === undefined || namesIn(context, place).length > 0) return;
  const mediaType = node.value.split(';', 1)[0]?.trim() ?? '';
  if (TOKEN_BODY.test(mediaType)) return;
  const message = `"${node.value}" is neither a form nor multipart nor JSON; the fields are sent as JSON all the same.`;
  const fix = 'write "application/x-www-form-urlencoded" or "application/json"';
  context.report('token_content_type', { node, steps: place.steps }, message, fix);
}

function checkWord(context: LintContext, oauth2: JsonNode): void {
  const node = memberOf(oauth2, 'request_auth')?.value;
  const place = node === undefined ? undefined : context.placeOf.get(node);
  if (node?.kind !== 'string' || place === undefined) return;
  if (SCHEME.test(node.value.trim()) || namesIn(context, place).length > 0) return;
  const token = context.placeholder('access_token');
  const message = `"${node.value}" is not one word, and does not say where the token stands.`;
  const fix = `write one word such as "Bearer", or a text with ${token}`;
  context.report('token_not_sent', { node, steps: place.steps }, message, fix);
}

/** A token that is got and not sent would make each request a refused one. */
function checkPlacement(context: LintContext, steps: Steps, token: TokenName): void {
  const [section = '', key = ''] = steps.map(String);
  const placement = memberOf(memberOf(context.root, section)?.value, key)?.value;
  const value = memberOf(placement, 'value')?.value;
  const place = value === undefined ? undefined : context.placeOf.get(value);
  if (value === undefined || place === undefined) return;
  const isToken = (name: string): boolean => {
    const kind = resolveAt(context, place, name)?.kind;
    return name === token || kind === 'variable' || (token === 'session_token' && kind === 'local');
  };
  if (namesIn(context, place).some(isToken)) return;
  const written = context.placeholder(token);
  const message = `The text does not hold ${written}, so the token would not be sent.`;
  const at = { node: value, steps: place.steps };
  context.report('token_not_sent', at, message, `put ${written} where the token stands`);
}

function checkSessionToken(context: LintContext): void {
  const auth = memberOf(context.root, 'auth')?.value;
  const map = memberOf(auth, 'response_map');
  if (map === undefined) return;
  const isBound = context.places.some(
    (place) =>
      place.steps[0] === 'auth' &&
      place.steps[1] === 'response_map' &&
      namesIn(context, place).includes('session_token'),
  );
  if (isBound) return;
  const written = context.placeholder('session_token');
  const message = `The answer to the login binds no ${written}, so there is nothing to sign in with.`;
  const at = { node: map.key, steps: ['auth', 'response_map'] };
  context.report('token_not_bound', at, message, `put "${written}" where the token stands in it`);
}

/** Names without a value at the moment of the sign-in. */
function checkNames(context: LintContext, place: Place): void {
  for (const name of namesIn(context, place)) {
    const ref = resolveAt(context, place, name);
    const written = context.placeholder(name);
    const index = place.node.value.indexOf(written);
    const at = { node: place.node, steps: place.steps, index };
    if (ref?.kind === 'credential' && !mayHold(place.steps, ref.name)) {
      const message = `${written} has no value here: it is what the sign-in is to bring.`;
      context.report('misplaced_name', at, message, 'remove it here');
    }
    if (ref?.kind === 'target' && !mayBind(place.steps, name)) {
      const message = `${written} does not come with this answer.`;
      context.report('misplaced_name', at, message, 'remove it here');
    }
    if (ref?.kind !== 'parameter' || KNOWN_AT_SIGN_IN.has(ref.name)) continue;
    if (place.use === 'response') {
      const message = `${written} belongs to calls and contacts: an answer of the sign-in cannot bind it.`;
      const own = `signed_in_${name}`;
      const fix = `bind a value of your own: "parameters": { "${own}": "string" }, then ${context.placeholder(own)}`;
      context.report('misplaced_name', at, message, fix);
    } else if (isBeforeRequests(context, place.steps)) {
      const message = `${written} belongs to calls and contacts: it has no value when a connection signs in.`;
      context.report('no_value_at_sign_in', at, message, 'use a property or a value of your own');
    }
  }
}

/** True where an answer of the sign-in may bind a token, its lifetime or the account. */
function mayBind([section, key]: Steps, name: string): boolean {
  if (name === 'account_id' || name === 'account_name') return true;
  if (key === 'callback_map') return false;
  if (name === 'expires_in') return true;
  return (name === 'session_token') === (section === 'auth');
}

/** True for what is filled when a connection signs in, not with each request. */
function isBeforeRequests(context: LintContext, [section, key]: Steps): boolean {
  return section === 'OAuth2'
    ? key !== 'request_auth'
    : section === 'auth' && isSession(context) && key !== 'present';
}

function mayHold(steps: Steps, name: TokenName): boolean {
  const [section, key] = steps;
  return name === 'access_token'
    ? section === 'OAuth2' && key === 'request_auth'
    : section === 'auth' && key === 'present';
}
