import { AppError } from '../../errors/app-error.ts';
import { ADMIN } from '../../organizations/scope.ts';
import { codeFields } from '../../runtime/sign-in/grant-fields.ts';
import { requestSignIn, signInContext } from '../../runtime/sign-in/request-token.ts';
import type { OpenConnection } from '../open-connection.ts';
import { acceptSignIn } from './accept-sign-in.ts';
import { admitSignIn } from './admit-sign-in.ts';
import { findAuthorization, markAuthorizationUsed } from './authorization-repository.ts';
import type { AuthorizationRow } from './authorization-repository.ts';
import { filledConnection } from './connection-grant.ts';
import { isForeignIssuer, refusalOf } from './redirect-answer.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { hashState, tokenUrl } from './start-authorization.ts';
import { sealedOf, tokenPlace } from './stored-grant.ts';

/** What came of a person's way to the CRM and back. */
export interface AuthorizationOutcome {
  /**
   * `wrong_account`: another account than before; `unknown_account`: the CRM does not say which. The
   * old sign-in goes on until somebody confirms.
   */
  readonly outcome:
    | ('connected' | 'denied' | 'expired' | 'used' | 'unknown_state')
    | ('wrong_account' | 'unknown_account' | 'failed');
  /** For people, as plain text: it may repeat words of the CRM and must be escaped in a page. */
  readonly message: string;
  readonly organizationId?: string;
  readonly connectionId?: string;
  readonly connectionName?: string;
  /** A path of ours. */
  readonly returnTo?: string;
}

type Result = Pick<AuthorizationOutcome, 'outcome' | 'message'>;

const STATE_MAX_CHARACTERS = 200;
/** A person waits before a browser, and the code lives for a minute or so. */
const SLOT_WAIT_MS = 20_000;

/** Ends a person's sign-in at the CRM; see `SignIns.finishAuthorization`. */
export async function finishAuthorization(
  deps: SignInDeps,
  query: Readonly<Record<string, string>>,
): Promise<AuthorizationOutcome> {
  const state = query['state'] ?? '';
  const row =
    state === '' || state.length > STATE_MAX_CHARACTERS
      ? undefined
      : await findAuthorization(deps.database.read, ADMIN, hashState(state));
  if (row === undefined) return { outcome: 'unknown_state', message: UNKNOWN_STATE };
  const scope = { organizationId: row.organization_id };
  const connection = await openOrUndefined(deps, row);
  const facts = {
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    ...(connection === undefined ? {} : { connectionName: connection.name }),
    ...(row.return_to === null ? {} : { returnTo: row.return_to }),
  };
  if (connection === undefined) {
    return { outcome: 'unknown_state', message: 'The connection was removed meanwhile.', ...facts };
  }
  const now = deps.database.now();
  if (row.used_at !== null) return { outcome: 'used', message: USED, ...facts };
  if (row.expires_at <= now) return { outcome: 'expired', message: EXPIRED, ...facts };
  // The way stays open: nothing was sent, and whoever is let work again may come back.
  if (row.hold !== null) return { outcome: 'failed', message: HELD[row.hold], ...facts };
  // Before anything else happens: whatever comes of it, this way is closed.
  const isFirst = await deps.database.write((transaction) =>
    markAuthorizationUsed(transaction, scope, { stateHash: row.state_hash, now }),
  );
  if (!isFirst) return { outcome: 'used', message: USED, ...facts };
  const result = await takeAnswer(deps, connection, { row, query });
  const of = { connection_id: connection.id, organization_id: connection.organizationId };
  deps.log.info({ ...of, outcome: result.outcome }, 'somebody came back from a sign-in page');
  return { ...result, ...facts };
}

const UNKNOWN_STATE =
  'This sign-in was not begun here, or it has been forgotten: begin it again at the connection.';
const USED = 'This sign-in was used already: look at the connection, and begin again if needed.';
const EXPIRED = 'The sign-in took longer than ten minutes: begin it again.';
const HELD = {
  suspended:
    'The organization is suspended: when its operator has let it work again, begin the sign-in anew.',
  deleting: 'The organization is being deleted.',
} as const;

async function openOrUndefined(
  deps: SignInDeps,
  row: AuthorizationRow,
): Promise<OpenConnection | undefined> {
  try {
    const scope = { organizationId: row.organization_id };
    return await deps.openConnections.open(scope, row.connection_id);
  } catch (err) {
    if (err instanceof AppError && err.code === 'not_found') return undefined;
    throw err;
  }
}

async function takeAnswer(
  deps: SignInDeps,
  connection: OpenConnection,
  came: {
    readonly row: AuthorizationRow;
    readonly query: Readonly<Record<string, string>>;
  },
): Promise<Result> {
  const { row, query } = came;
  const { signIn } = connection.document;
  if (signIn.kind !== 'oauth2') return failed(CHANGED);
  const refusal = refusalOf(query);
  if (refusal !== undefined) return refusal;
  if (isForeignIssuer(query['iss'], row)) return failed(FOREIGN_ISSUER);
  const code = query['code'];
  if (code === undefined || code === '') return failed('The CRM sent no code: begin again.');
  const context = signInContext(
    { ...deps, randomId: () => deps.ids.next() },
    { connection: filledConnection(connection, {}) },
  );
  const callback = signIn.bindCallback?.(query, context);
  if (callback?.status === 'refused') return failed(callback.message);
  const filled = callback?.properties ?? {};
  const { redirect_uri: redirectUri, token_url: pinned } = row;
  const now = tokenUrl(deps, connection, redirectUri, filled);
  if (pinned !== null && pinned !== now) return failed(CHANGED);
  const verifier = openVerifier(deps, row);
  const refused = await admitSignIn(deps, connection, { filled, ms: SLOT_WAIT_MS });
  if (refused !== undefined) return failed(`${refused.message} Begin the sign-in again then.`);
  const askedAt = deps.database.now();
  const result = await requestSignIn(
    { ...deps, randomId: () => deps.ids.next() },
    {
      document: connection.document,
      connection: filledConnection(connection, filled),
      values: callback?.locals ?? {},
      fields: codeFields({
        code,
        redirectUri,
        verifier: signIn.pkce ? verifier : undefined,
      }),
    },
    new AbortController().signal,
  );
  if (result.status === 'accepted') {
    const { actor } = row;
    return await acceptSignIn(deps, connection, {
      answer: result.answer,
      callback,
      askedAt,
      actor,
    });
  }
  return failed(
    result.status === 'transient'
      ? `${result.message} The code is good once only: begin the sign-in again.`
      : result.message,
  );
}

const CHANGED = 'The connection was changed while somebody signed in: begin the sign-in again.';
const FOREIGN_ISSUER =
  'The answer comes from another sign-in server than the one that was asked, and was not used.';

function openVerifier(deps: SignInDeps, row: AuthorizationRow): string {
  const { organization_id: organizationId, connection_id: connectionId } = row;
  const place = tokenPlace({ organizationId, connectionId }, 'authorization_request');
  const sealed = sealedOf(row);
  if (sealed === undefined) throw new AppError('internal', 'A sign-in has no verifier.');
  return deps.vault.open(place, sealed);
}

function failed(message: string): Result {
  return { outcome: 'failed', message };
}
