import type { OrganizationScope } from '../../organizations/scope.ts';
import type { Credential, CredentialAnswer } from '../../runtime/credential.ts';
import type { OpenConnection } from '../open-connection.ts';
import { ownSignInOrigin } from './admit-sign-in.ts';
import type { MaySignIn } from './admit-sign-in.ts';
import { describeSignIn } from './describe-sign-in.ts';
import type { SignInDescription } from './describe-sign-in.ts';
import { finishAuthorization } from './finish-authorization.ts';
import type { AuthorizationOutcome } from './finish-authorization.ts';
import { createGrantReader } from './grant-reader.ts';
import { keepSignInsAlive } from './keep-alive.ts';
import { confirmAccount, signOut } from './people-decide.ts';
import { answerNow, renewGrant } from './renew-grant.ts';
import type { RenewDeps } from './renew-grant.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { startAuthorization } from './start-authorization.ts';
import type { StartedAuthorization } from './start-authorization.ts';

/** The sign-ins of connections at their CRMs. */
export interface SignIns {
  /**
   * A credential that holds now; for connections that need no sign-in an empty one. Signs in or
   * refreshes where needed, one at a time in this process and over all nodes; nobody waits for a
   * refresh ahead of the end. Never rejects for reasons of the CRM. `maySignIn`: of a caller who must
   * not ask a CRM that is away.
   */
  credentialFor(
    connection: OpenConnection,
    signal: AbortSignal,
    maySignIn?: MaySignIn,
  ): Promise<CredentialAnswer>;
  /** After a 401: one of a later generation than the one used. At most one refresh per generation. */
  renew(
    connection: OpenConnection,
    used: Credential,
    signal: AbortSignal,
  ): Promise<CredentialAnswer>;
  /**
   * The page at the CRM where a person signs in. Rejects with `not_found`, `conflict` (the document
   * needs nobody to sign in, there is no PUBLIC_URL), `invalid_request` (a value is missing,
   * `returnTo` is no path of ours).
   */
  startAuthorization(
    scope: OrganizationScope,
    connectionId: string,
    request: { readonly actor: string; readonly returnTo?: string | undefined },
  ): Promise<StartedAuthorization>;
  /** Takes the query of the CRM's redirect; never rejects for what stands in it. */
  finishAuthorization(query: Readonly<Record<string, string>>): Promise<AuthorizationOutcome>;
  /** What is known of a sign-in, never a token. Rejects with `not_found`. */
  describe(scope: OrganizationScope, connectionId: string): Promise<SignInDescription>;
  /** Goes on with the other account that somebody signed in with. `not_found`, `conflict`. */
  confirmAccount(scope: OrganizationScope, connectionId: string, actor: string): Promise<void>;
  /** Forgets tokens and account; the connection waits for somebody to sign in. `not_found`. */
  signOut(scope: OrganizationScope, connectionId: string, actor: string): Promise<void>;
  /** Renews a few sign-ins that no call has used for a day: servers forget what nobody uses. */
  keepAlive(): Promise<void>;
  /** Begins nothing more and waits for the token requests under way: their answers are stored. */
  close(): Promise<void>;
}

const NO_SIGN_IN: CredentialAnswer = {
  status: 'ready',
  credential: { locals: {}, properties: {}, generation: 0 },
};
const REFUSED: CredentialAnswer = {
  status: 'needs_auth',
  message: 'The CRM does not accept the credentials of this connection.',
};
const ABANDONED: CredentialAnswer = {
  status: 'unavailable',
  message: 'The wait for the sign-in at the CRM was ended.',
};
const NOT_RENEWED_AHEAD = 'a sign-in could not be renewed ahead of its end';
/** A flight that began before a 401 may end with the token that was refused: then once more. */
const FLIGHTS = 2;

/** Makes the sign-ins of a process. */
export function createSignIns(given: SignInDeps): SignIns {
  const closing = new AbortController();
  const deps: RenewDeps = {
    ...given,
    reader: createGrantReader(given),
    closing: closing.signal,
  };
  const flights = new Map<string, Promise<CredentialAnswer>>();

  const join = (connection: OpenConnection, rejected: number): Promise<CredentialAnswer> => {
    const key = flightOf(connection);
    const known = flights.get(key);
    if (known !== undefined) return known;
    const flight = renewGrant(deps, connection, rejected).finally(() => {
      flights.delete(key);
    });
    flights.set(key, flight);
    return flight;
  };
  // Whoever comes while it is under way has the present token; its end wakes nobody.
  const renewAhead = (connection: OpenConnection): void => {
    if (flights.has(flightOf(connection))) return;
    join(connection, 0).catch((err: unknown) => {
      deps.log.warn({ err, connection_id: connection.id }, NOT_RENEWED_AHEAD);
    });
  };
  const get = async (
    connection: OpenConnection,
    rejected: number,
    {
      signal,
      maySignIn,
    }: { readonly signal: AbortSignal; readonly maySignIn?: MaySignIn | undefined },
  ): Promise<CredentialAnswer> => {
    const now = await answerNow(deps, connection, rejected);
    if (now?.isDue === true) renewAhead(connection);
    if (now !== undefined) return now.answer;
    // Nobody waits: nothing begins.
    if (signal.aborted) return ABANDONED;
    if (maySignIn !== undefined && !flights.has(flightOf(connection))) {
      const origin = ownSignInOrigin(deps, connection);
      const message = origin === undefined ? undefined : await maySignIn(origin);
      if (message !== undefined) return { status: 'unavailable', message };
    }
    for (let flown = 0; flown < FLIGHTS; flown += 1) {
      const answer = await within(join(connection, rejected), signal);
      if (answer.status !== 'ready' || answer.credential.generation > rejected) return answer;
    }
    return { status: 'unavailable', message: 'The CRM refused the token, and no newer one came.' };
  };

  let idleAfter = '';

  return {
    credentialFor: async (connection, signal, maySignIn) => {
      const { kind } = connection.document.signIn;
      return kind === 'none' || kind === 'static'
        ? NO_SIGN_IN
        : await get(connection, 0, { signal, maySignIn });
    },
    renew: async (connection, used, signal) => {
      const { kind } = connection.document.signIn;
      return kind === 'none' || kind === 'static'
        ? REFUSED
        : await get(connection, used.generation, { signal });
    },
    startAuthorization: (scope, connectionId, request) =>
      startAuthorization(deps, scope, { connectionId, ...request }),
    finishAuthorization: (query) => finishAuthorization(deps, query),
    describe: (scope, connectionId) => describeSignIn(deps, scope, connectionId),
    confirmAccount: (scope, connectionId, actor) =>
      confirmAccount(deps, scope, { connectionId, actor }),
    signOut: (scope, connectionId, actor) => signOut(deps, scope, { connectionId, actor }),
    keepAlive: async () => {
      idleAfter = await keepSignInsAlive(deps, idleAfter, (connection) => join(connection, 0));
    },
    close: async () => {
      closing.abort();
      await Promise.allSettled(flights.values());
    },
  };
}

/** Who opened a connection after a change waits for no token that was asked for before it. */
function flightOf({ id, revision }: OpenConnection): string {
  return `${id} ${String(revision)}`;
}

/** What everybody waits for goes on when one of them gives up. */
async function within(
  flight: Promise<CredentialAnswer>,
  signal: AbortSignal,
): Promise<CredentialAnswer> {
  const { promise, resolve } = Promise.withResolvers<CredentialAnswer>();
  const giveUp = (): void => resolve(ABANDONED);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([flight, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
