import { originOf } from '../../http/url-policy.ts';
import type { AuthorizationOutcome } from './finish-authorization.ts';

type Query = Readonly<Record<string, string>>;

const WORDS_MAX_CHARACTERS = 200;
/** RFC 6749, section 4.1.2.1. */
const ERRORS: Readonly<Record<string, string>> = {
  access_denied: 'The sign-in was declined at the CRM.',
  invalid_request: 'The CRM does not understand the request for a sign-in.',
  invalid_scope: 'The CRM does not grant the rights that were asked for.',
  server_error: 'The CRM failed during the sign-in: begin again.',
  temporarily_unavailable: 'The CRM takes no sign-ins just now: begin again later.',
  unauthorized_client: 'The CRM does not allow this client to ask people to sign in.',
  unsupported_response_type: 'The CRM does not know this kind of sign-in.',
};

/** What a redirect without a code means; undefined when it does not say that anything went wrong. */
export function refusalOf(
  query: Query,
): Pick<AuthorizationOutcome, 'outcome' | 'message'> | undefined {
  const { error } = query;
  if (error === undefined) return undefined;
  const meaning = Object.hasOwn(ERRORS, error) ? ERRORS[error] : undefined;
  const words = plainWords(query['error_description'] ?? '');
  const code = plainWords(error);
  const first = meaning ?? `The CRM refused the sign-in${code === '' ? '' : ` (${code})`}.`;
  const message = words === '' ? first : `${first} It says: "${words}"`;
  return { outcome: error === 'access_denied' ? 'denied' : 'failed', message };
}

/**
 * True when the redirect names an issuer (RFC 9207) that is neither the server that the person was
 * sent to nor the one that the code goes to: an answer of one server must not reach another.
 */
export function isForeignIssuer(
  issuer: string | undefined,
  asked: { readonly authorization_url: string; readonly token_url: string | null },
): boolean {
  if (issuer === undefined || issuer === '') return false;
  const known = [asked.authorization_url, asked.token_url ?? ''].map(originOf);
  const origin = originOf(issuer);
  return origin === undefined || !known.includes(origin);
}

/** Words from a query on one line, without anything that a page could take for its own. */
function plainWords(text: string): string {
  const plain = text
    .toWellFormed()
    .replaceAll(/[<>"'`&\\]/g, ' ')
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .trim();
  const letters = Array.from(plain);
  return letters.length <= WORDS_MAX_CHARACTERS
    ? plain
    : `${letters.slice(0, WORDS_MAX_CHARACTERS).join('')}…`;
}
