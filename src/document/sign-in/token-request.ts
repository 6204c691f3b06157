import { textToBase64 } from '../../text/base64.ts';
import { encodeValue } from '../../text/percent-encoding.ts';
import { isCommentKey } from '../comment-key.ts';
import type { SignInFlow } from '../compiled-document.ts';
import { jsonMember, jsonMembers, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { requireText } from '../render/auth.ts';
import { compileBody } from '../render/body/body.ts';
import type { Rendered } from '../render/body/rendered-tree.ts';
import type { Header } from '../render/headers.ts';
import { unsafeValue } from '../render/render-stop.ts';
import type { RenderedRequest } from '../render/request.ts';
import type { Scope } from '../render/scope.ts';
import { asIs, renderText } from '../render/text.ts';
import type { CompiledText } from '../render/text.ts';
import type { HostRule } from '../render/url/host.ts';
import type { OriginPolicy } from '../render/url/origins.ts';
import { compileUrl, writeUrl } from '../render/url/url.ts';
import type { CompiledUrl } from '../render/url/url.ts';
import { chosenAuthorities } from './filled-values.ts';
import type { SignInFrame } from './sign-in-frame.ts';

type Fields = Readonly<Record<string, string>>;

/** Filled in at each token request; `grant_type` is the document's own for `client_credentials`. */
export const RESERVED_TOKEN_FIELDS: ReadonlySet<string> = new Set([
  'grant_type',
  'code',
  'redirect_uri',
  'code_verifier',
  'refresh_token',
  'assertion',
  'client_secret',
]);

/** RFC 6749, section 4.1.3. */
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** A token request whose address is known, before the origins of the whole document are. */
export interface TokenRequestDraft {
  readonly url: CompiledUrl;
  render(scope: Scope, fields: Fields, origins: OriginPolicy): RenderedRequest;
}

/**
 * Compiles the request to `token_endpoint`: a POST with the fields of the grant, those of
 * `token_parameters`, and the client's credentials in the body or as Basic (RFC 6749, section
 * 2.3.1). Fields of the grant and credentials beat those of the document; only the grant
 * `client_credentials` may get another name, since some servers have one of their own. `callback`
 * are the labels that the redirect fills.
 */
export function compileTokenRequest(
  oauth2: Json,
  flow: SignInFlow,
  frame: SignInFrame & { readonly callback: ReadonlySet<string> },
): TokenRequestDraft {
  const url = compileUrl(frame.compile(jsonText(oauth2, 'token_endpoint') ?? ''), undefined, asIs);
  const parameters = jsonMember(oauth2, 'token_parameters');
  const contentType = frame.compile(jsonText(parameters, 'content_type') ?? FORM_TYPE);
  const own = compileFields(parameters, frame, (name) => !RESERVED_TOKEN_FIELDS.has(name));
  const ownGrant = compileFields(parameters, frame, (name) => name === 'grant_type');
  const client = compileClient(oauth2, frame);
  const person = flow === 'password' ? compilePerson(oauth2, frame) : () => ({});
  const fixedHosts = frame.answers.rules.hosts.filter(({ pattern }) => !pattern.startsWith('*'));
  return {
    url,
    render: (scope, fields, origins) => {
      const pieces = url.render(scope);
      origins.check(pieces, scope);
      checkCallbackHost(url, fixedHosts, frame.callback, scope);
      const { headers, members } = client(scope);
      const grant = fields['grant_type'] === 'client_credentials' ? ownGrant(scope) : {};
      const all = { ...own(scope), ...person(scope, fields), ...fields, ...grant, ...members };
      const body = compileBody({
        method: 'POST',
        parameters: {},
        contentType: (inner) => renderText(contentType, inner, asIs),
        tree: () => () => textMembers(all),
      })(scope);
      return {
        method: 'POST',
        url: writeUrl(pieces),
        headers: [['Accept', 'application/json'], ...headers],
        ...(body === undefined ? {} : { body }),
      };
    },
  };
}

/** The redirect decides where the client's secret goes: it may choose among fixed hosts only. */
function checkCallbackHost(
  url: CompiledUrl,
  fixedHosts: readonly HostRule[],
  callback: ReadonlySet<string>,
  scope: Scope,
): void {
  if (callback.size === 0) return;
  for (const { host } of chosenAuthorities([url], callback, scope.context)) {
    if (!fixedHosts.some((rule) => rule.matches(host))) {
      throw unsafeValue('token_endpoint', `"hosts" of the document does not name ${host}`);
    }
  }
}

function compileFields(
  parameters: Json | undefined,
  frame: SignInFrame,
  isWanted: (name: string) => boolean,
): (scope: Scope) => Fields {
  const texts = jsonMembers(parameters).flatMap(([key, value]) =>
    key === 'content_type' || isCommentKey(key) || !isWanted(key) || typeof value !== 'string'
      ? []
      : [[key, frame.compile(value)] as const],
  );
  return (scope) =>
    Object.fromEntries(
      texts.flatMap(([key, text]) => {
        const value = renderText(text, scope, asIs);
        return value === undefined ? [] : [[key, value] as const];
      }),
    );
}

interface Client {
  readonly headers: readonly Header[];
  readonly members: Fields;
}

function compileClient(oauth2: Json, frame: SignInFrame): (scope: Scope) => Client {
  const member = (name: string): CompiledText | undefined => {
    const text = jsonText(oauth2, name);
    return text === undefined ? undefined : frame.compile(text);
  };
  const id = member('client_id');
  const secret = member('client_secret');
  const isBasic = jsonText(oauth2, 'token_endpoint_auth') === 'basic';
  return (scope) => {
    const clientId = id === undefined ? undefined : requireText(id, scope);
    const clientSecret = secret === undefined ? undefined : renderText(secret, scope, asIs);
    // A client without a secret is a public one: it says who it is, and proves it by PKCE.
    if (isBasic && clientId !== undefined && clientSecret !== undefined) {
      const pair = `${encodeValue(clientId)}:${encodeValue(clientSecret)}`;
      return { headers: [['Authorization', `Basic ${textToBase64(pair)}`]], members: {} };
    }
    return {
      headers: [],
      members: {
        ...(clientId === undefined ? {} : { client_id: clientId }),
        ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
      },
    };
  };
}

/** User name and password go with the first request alone, never with a refresh. */
function compilePerson(oauth2: Json, frame: SignInFrame): (scope: Scope, fields: Fields) => Fields {
  const username = frame.compile(jsonText(oauth2, 'username') ?? '');
  const password = frame.compile(jsonText(oauth2, 'password') ?? '');
  return (scope, fields) =>
    fields['grant_type'] === 'password'
      ? { username: requireText(username, scope), password: requireText(password, scope) }
      : {};
}

function textMembers(fields: Fields): Rendered {
  return {
    kind: 'object',
    members: Object.entries(fields).map(([key, value]) => [key, { kind: 'value', value }]),
  };
}
