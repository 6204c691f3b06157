import { ASSERTION_ALGORITHMS } from '../compiled-document.ts';
import type { AssertionResult } from '../compiled-document.ts';
import { isCommentKey } from '../comment-key.ts';
import { isRawNumber, jsonMember, jsonMembers, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { requireText } from '../render/auth.ts';
import { RenderStop } from '../render/render-stop.ts';
import type { RenderContext } from '../render/request.ts';
import { createScope } from '../render/scope.ts';
import { asIs, renderText } from '../render/text.ts';
import type { CompiledText } from '../render/text.ts';
import type { SignInFrame } from './sign-in-frame.ts';

/** What servers accept at least; Salesforce takes three minutes, Google an hour. */
const DEFAULT_LIFETIME_SECONDS = 180;
/** Member of `assertion` → claim of RFC 7519, section 4.1; `scope` as Google has it. */
const CLAIMS = [
  ['issuer', 'iss'],
  ['subject', 'sub'],
  ['audience', 'aud'],
  ['scope', 'scope'],
] as const;

/**
 * Compiles `assertion` of the flow `jwt_bearer` into what is to be signed (RFC 7523, section 3).
 * Without an issuer the client's id is it, without an audience the token endpoint.
 */
export function compileAssertion(
  oauth2: Json,
  frame: SignInFrame,
): (context: RenderContext) => AssertionResult {
  const assertion = jsonMember(oauth2, 'assertion');
  const member = (name: string): CompiledText | undefined => {
    const text = jsonText(assertion, name);
    return text === undefined ? undefined : frame.compile(text);
  };
  const standIns: Readonly<Record<string, string | undefined>> = {
    issuer: jsonText(oauth2, 'client_id'),
    audience: jsonText(oauth2, 'token_endpoint'),
  };
  const claims = CLAIMS.flatMap(([name, claim]) => {
    const text = jsonText(assertion, name) ?? standIns[name];
    return text === undefined ? [] : [[claim, frame.compile(text)] as const];
  });
  const others = jsonMembers(jsonMember(assertion, 'claims'))
    .filter(([key]) => !isCommentKey(key))
    .map(
      ([key, value]) => [key, typeof value === 'string' ? frame.compile(value) : value] as const,
    );
  const key = member('private_key') ?? frame.compile('');
  const keyId = member('key_id');
  const algorithm =
    ASSERTION_ALGORITHMS.find((each) => each === jsonText(assertion, 'algorithm')) ?? 'RS256';
  const lifetimeSeconds = lifetimeOf(assertion);
  return (given) =>
    settle(() => {
      const scope = createScope(frame.complete(given));
      const own = others.flatMap(([name, value]) => {
        const claim = isText(value) ? renderText(value, scope, asIs) : value;
        return claim === undefined ? [] : [[name, claim] as const];
      });
      const standard = claims.map(([name, text]) => [name, requireText(text, scope)] as const);
      const kid = keyId === undefined ? undefined : renderText(keyId, scope, asIs);
      return {
        status: 'assertion',
        assertion: {
          algorithm,
          ...(kid === undefined ? {} : { keyId: kid }),
          privateKey: requireText(key, scope),
          claims: Object.fromEntries([...own, ...standard]),
          lifetimeSeconds,
        },
      };
    });
}

function isText(value: CompiledText | Json): value is CompiledText {
  return typeof value === 'object' && value !== null && 'placeholders' in value;
}

function lifetimeOf(assertion: Json | undefined): number {
  const seconds = jsonMember(assertion, 'lifetime_seconds');
  return typeof seconds === 'number' && !isRawNumber(seconds) ? seconds : DEFAULT_LIFETIME_SECONDS;
}

function settle(render: () => AssertionResult): AssertionResult {
  try {
    return render();
  } catch (err) {
    if (!(err instanceof RenderStop)) throw err;
    if (err.status === 'missing_value') return { status: 'missing_value', name: err.subject };
    return { status: 'unsafe_value', name: err.subject, message: err.message };
  }
}
