import { encodeValue } from '../../text/percent-encoding.ts';
import type { AuthorizationFields, AuthorizationUrl } from '../compiled-document.ts';
import { isCommentKey } from '../comment-key.ts';
import { jsonMember, jsonMembers, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { requireText } from '../render/auth.ts';
import { RenderStop, unsafeValue } from '../render/render-stop.ts';
import type { RenderContext } from '../render/request.ts';
import { createScope } from '../render/scope.ts';
import type { Scope } from '../render/scope.ts';
import { asIs, renderText } from '../render/text.ts';
import { compileUrl, writeUrl } from '../render/url/url.ts';
import type { SignInFrame } from './sign-in-frame.ts';

/** What is ours in each authorization request; RFC 6749, section 4.1.1, and RFC 7636, section 4.3. */
export const RESERVED_AUTHORIZATION: ReadonlySet<string> = new Set([
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
]);

/**
 * Compiles `authorization_endpoint` and `authorization_parameters` into the page where a person
 * signs in. It is opened in a browser, so that a secret in it is refused as `unsafe_value`.
 */
export function compileAuthorizationUrl(
  oauth2: Json,
  frame: Pick<SignInFrame, 'compile' | 'complete'>,
): (context: RenderContext, ours: AuthorizationFields) => AuthorizationUrl {
  const parameters = jsonMember(oauth2, 'authorization_parameters');
  const ready = jsonText(parameters, 'default')?.replace(/^[?&]+/, '') ?? '';
  const url = compileUrl(
    frame.compile(jsonText(oauth2, 'authorization_endpoint') ?? ''),
    // Read like the query of a path: what is encoded stays so.
    ready === '' ? undefined : frame.compile(`?${ready}`),
    asIs,
  );
  const pairs = compilePairs(parameters, frame);
  const clientId = frame.compile(jsonText(oauth2, 'client_id') ?? '');
  return (given, ours) =>
    settle(() => {
      const context = frame.complete(given);
      const scope = createScope(context);
      const pieces = url.render(scope);
      const own = pairs(scope);
      if (scope.readSecret) {
        const message = 'the address of the sign-in page would show a secret';
        throw unsafeValue('authorization_parameters', message);
      }
      const client = requireText(clientId, scope);
      const query = [
        ...[...pieces.query, ...own].filter((pair) => !RESERVED_AUTHORIZATION.has(keyOf(pair))),
        ...ourPairs(client, ours),
      ];
      return writeUrl({ ...pieces, query });
    });
}

function compilePairs(
  parameters: Json | undefined,
  frame: Pick<SignInFrame, 'compile'>,
): (scope: Scope) => readonly string[] {
  const pairs = jsonMembers(parameters).flatMap(([key, value]) =>
    key === 'default' || isCommentKey(key) || typeof value !== 'string'
      ? []
      : [{ key, text: frame.compile(value) }],
  );
  return (scope) =>
    pairs.flatMap(({ key, text }) => {
      const value = renderText(text, scope, asIs);
      return value === undefined ? [] : [writePair(key, value)];
    });
}

function ourPairs(clientId: string, ours: AuthorizationFields): readonly string[] {
  const { redirectUri, state, codeChallenge } = ours;
  return [
    writePair('response_type', 'code'),
    writePair('client_id', clientId),
    writePair('redirect_uri', redirectUri),
    writePair('state', state),
    ...(codeChallenge === undefined
      ? []
      : [writePair('code_challenge', codeChallenge), writePair('code_challenge_method', 'S256')]),
  ];
}

function writePair(key: string, value: string): string {
  return `${encodeValue(key)}=${encodeValue(value)}`;
}

function keyOf(pair: string): string {
  const key = pair.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(key);
  } catch {
    // Bytes that are no UTF-8: none of our names.
    return key;
  }
}

function settle(render: () => string): AuthorizationUrl {
  try {
    return { status: 'url', url: render() };
  } catch (err) {
    if (!(err instanceof RenderStop)) throw err;
    if (err.status === 'missing_value') return { status: 'missing_value', name: err.subject };
    return { status: 'unsafe_value', name: err.subject, message: err.message };
  }
}
