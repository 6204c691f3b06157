import type { SignInAnswer } from '../../document/compiled-document.ts';

export type TokenEnding =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** What the answer's body is; only `fields` (JSON or a form) can hold a token. */
      readonly body: 'fields' | 'other';
      /** `error` of the body (RFC 6749, section 5.2). */
      readonly code?: string | undefined;
      /** The server's words in a refusal. */
      readonly words?: string | undefined;
      /** What the document read, where the status accepted. */
      readonly bound?: SignInAnswer;
    }
  | {
      readonly kind: 'failure';
      readonly phase: string;
      readonly message: string;
      /** Of an answer that broke off. */
      readonly status?: number | undefined;
    };

export type TokenVerdict =
  | { readonly verdict: 'accepted'; readonly answer: Extract<SignInAnswer, { status: 'bound' }> }
  /** The server understood and said no: asking again gives the same answer. */
  | { readonly verdict: 'refused'; readonly code?: string; readonly message: string }
  /** `lost`: the request may have been carried out, so a refresh token may have been replaced. */
  | { readonly verdict: 'transient'; readonly lost: boolean; readonly message: string };

/** Codes by which servers say that they are busy, with whatever status (RFC 6749, section 4.1.2.1). */
const BUSY_CODES: ReadonlySet<string> = new Set([
  'temporarily_unavailable',
  'server_error',
  'slow_down',
  'rate_limit_exceeded',
  'too_many_requests',
]);

/**
 * Refusals without a code that say more of the road than of the grant: a gateway without its
 * server, an address that is being moved. A person's sign-in shows them at once; a refresh that
 * worked before goes on trying.
 */
const ROAD_STATUS: ReadonlySet<number> = new Set([404, 405, 406, 408, 410, 421, 425, 429]);

/** A gateway or a server that gave up on the way tells nothing of what had been done by then. */
const GATEWAY_STATUS: ReadonlySet<number> = new Set([500, 502, 504]);

/** What each code means for people; RFC 6749, section 5.2, and RFC 7523, section 3.1. */
const CODE_WORDS: Readonly<Record<string, string>> = {
  invalid_grant:
    'The CRM no longer accepts the sign-in: it has expired, was revoked, or belongs to another client.',
  invalid_client: 'The CRM does not accept the client id and secret.',
  unauthorized_client: 'The CRM does not allow this client to sign in in this way.',
  unsupported_grant_type: 'The CRM does not know this way of signing in.',
  invalid_scope: 'The CRM does not grant the rights that were asked for.',
  invalid_request: 'The CRM does not understand the token request.',
};

/** Decides what an exchange with a token endpoint or a login means. Pure and total. */
export function judgeTokenAnswer(ending: TokenEnding): TokenVerdict {
  if (ending.kind === 'failure') return failed(ending);
  const { status, code, bound } = ending;
  if (code !== undefined && BUSY_CODES.has(code)) {
    return { verdict: 'transient', lost: false, message: unwell(ending) };
  }
  if (status >= 200 && status <= 299) {
    if (bound?.status === 'bound') return { verdict: 'accepted', answer: bound };
    // A login page or a proxy's notice is no word of the authorization server.
    if (ending.body === 'other') return { verdict: 'transient', lost: true, message: NO_FIELDS };
    return refused({ ...ending, code: bound?.code ?? code, words: bound?.message ?? ending.words });
  }
  const isClientError = status >= 400 && status <= 499;
  if (isClientError && (code !== undefined || !ROAD_STATUS.has(status)) && status !== 429) {
    return refused(ending);
  }
  return { verdict: 'transient', lost: GATEWAY_STATUS.has(status), message: unwell(ending) };
}

const NO_FIELDS = 'The answer of the sign-in server is no token answer.';

/** Up to here no byte of the request had left. */
const UNSENT_PHASES: ReadonlySet<string> = new Set([
  'blocked',
  'dns',
  'connect',
  'tls',
  'pool',
  'before_write',
]);

function failed(ending: Extract<TokenEnding, { kind: 'failure' }>): TokenVerdict {
  const lost = !UNSENT_PHASES.has(ending.phase);
  return {
    verdict: 'transient',
    lost,
    message: lost
      ? `The answer of the sign-in server was lost. ${ending.message}`
      : `The sign-in server cannot be reached. ${ending.message}`,
  };
}

type Answer = Extract<TokenEnding, { kind: 'answer' }>;

function refused({ status, code, words }: Answer): TokenVerdict {
  const meaning =
    (code === undefined ? undefined : CODE_WORDS[code]) ??
    (status === 401 || status === 403
      ? 'The CRM does not accept the credentials of this sign-in.'
      : 'The CRM refused the sign-in.');
  const told = words === undefined || words === code ? '' : ` It says: "${words}"`;
  const facts = [`Status ${String(status)}`, ...(code === undefined ? [] : [code])].join(', ');
  const message = `${meaning} ${facts}.${told}`;
  return { verdict: 'refused', message, ...(code === undefined ? {} : { code }) };
}

function unwell({ status, words }: Answer): string {
  const told = words === undefined ? '' : ` It says: "${words}"`;
  return `The sign-in server does not work just now. Status ${String(status)}.${told}`;
}
