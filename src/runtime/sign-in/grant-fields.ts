import type { CompiledSignIn } from '../../document/compiled-document.ts';
import type { RenderContext } from '../../document/render/request.ts';
import { signAssertion } from './sign-assertion.ts';

export type GrantFields =
  | { readonly status: 'fields'; readonly fields: Readonly<Record<string, string>> }
  /** A value is missing or cannot be used: nothing can be sent. */
  | { readonly status: 'not_sent'; readonly name: string; readonly message: string };

/** RFC 7523, section 2.1. */
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** True when a connection signs in by itself: nobody has to open a page. */
export function signsInAlone(signIn: CompiledSignIn): boolean {
  return (
    signIn.kind === 'session' || (signIn.kind === 'oauth2' && signIn.flow !== 'authorization_code')
  );
}

/**
 * The fields of the request by which a connection signs in by itself: RFC 6749, sections 4.3 and
 * 4.4, and RFC 7523. `now` in epoch milliseconds; `id` makes an assertion good for one request.
 */
export function aloneFields(
  signIn: CompiledSignIn,
  context: RenderContext,
  given: { readonly now: number; readonly id: string },
): GrantFields {
  if (signIn.kind !== 'oauth2') return { status: 'fields', fields: {} };
  if (signIn.flow !== 'jwt_bearer') {
    return { status: 'fields', fields: { grant_type: signIn.flow } };
  }
  const found = signIn.assertion?.(context);
  if (found === undefined || found.status === 'missing_value') {
    const name = found?.name ?? 'assertion';
    return { status: 'not_sent', name, message: `The sign-in needs a value for ${name}.` };
  }
  if (found.status === 'unsafe_value') {
    const { name } = found;
    const message = `The value of ${name} cannot be used: ${found.message}`;
    return { status: 'not_sent', name, message };
  }
  const signed = signAssertion(found.assertion, given);
  return signed.status === 'bad_key'
    ? { status: 'not_sent', name: 'assertion', message: signed.message }
    : { status: 'fields', fields: { grant_type: JWT_BEARER, assertion: signed.assertion } };
}

/** The fields of a refresh: RFC 6749, section 6. */
export function refreshFields(refreshToken: string): Readonly<Record<string, string>> {
  return { grant_type: 'refresh_token', refresh_token: refreshToken };
}

/** The fields by which a code becomes tokens: RFC 6749, section 4.1.3, and RFC 7636, section 4.5. */
export function codeFields(given: {
  readonly code: string;
  readonly redirectUri: string;
  readonly verifier?: string | undefined;
}): Readonly<Record<string, string>> {
  return {
    grant_type: 'authorization_code',
    code: given.code,
    redirect_uri: given.redirectUri,
    ...(given.verifier === undefined ? {} : { code_verifier: given.verifier }),
  };
}
