import type { CompiledSignIn, SignInAnswer } from '../../document/compiled-document.ts';
import type { OpenConnection } from '../open-connection.ts';
import { changeState } from '../change-state.ts';
import type { StateChange } from '../change-state.ts';
import type { ConnectionEvent } from '../transitions.ts';
import { basisOf, filledConnection } from './connection-grant.ts';
import { changeGrant } from './change-grant.ts';
import type { ContentColumns, GrantChange } from './change-grant.ts';
import type { GrantEvent } from './grant.ts';
import { scopeOf } from './grant-reader.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { sealContent, sealedColumns, tokenPlace } from './stored-grant.ts';
import type { GrantContent } from './stored-grant.ts';

type StoreDeps = Pick<SignInDeps, 'database' | 'vault' | 'log' | 'wake'>;
type Bound = Extract<SignInAnswer, { status: 'bound' }>;

/**
 * What an answer gave, over what was there: a server that sends no new refresh token means the old
 * one to go on (RFC 6749, section 6), and one that says its address once means it to stay.
 */
export function contentOf(
  connection: OpenConnection,
  answer: Bound,
  before: Pick<GrantContent, 'refreshToken' | 'properties' | 'locals'> | undefined,
): GrantContent {
  const refreshToken = answer.refreshToken ?? before?.refreshToken;
  const properties = { ...before?.properties, ...answer.properties };
  return {
    ...(answer.accessToken === undefined ? {} : { accessToken: answer.accessToken }),
    ...(answer.sessionToken === undefined ? {} : { sessionToken: answer.sessionToken }),
    ...(refreshToken === undefined || !keepsRefreshToken(connection.document.signIn)
      ? {}
      : { refreshToken }),
    properties,
    locals: { ...before?.locals, ...answer.locals },
    origins: filledConnection(connection, properties).origins,
    basis: basisOf(connection),
  };
}

// Who signs in by its own credentials needs no refresh token (RFC 6749, section 4.4.3).
function keepsRefreshToken(signIn: CompiledSignIn): boolean {
  return (
    signIn.kind === 'oauth2' && (signIn.flow === 'authorization_code' || signIn.flow === 'password')
  );
}

/** The columns of sealed tokens that came in a request asked for at `receivedAt`. */
export function contentColumns(
  vault: SignInDeps['vault'],
  connection: Pick<OpenConnection, 'id' | 'organizationId'>,
  { content, receivedAt }: { readonly content: GrantContent; readonly receivedAt: number },
): Pick<ContentColumns, 'key_id' | 'nonce' | 'sealed' | 'received_at'> {
  const { organizationId, id: connectionId } = connection;
  const place = tokenPlace({ organizationId, connectionId }, 'sign_in');
  return { ...sealedColumns(sealContent(vault, place, content)), received_at: receivedAt };
}

/**
 * Writes an event of a connection's sign-in and what the connection's state learns from it, in one
 * transaction. Undefined: the event came too late. Tells the operator once when a connection stops
 * for want of a sign-in, and wakes the lanes when it goes on.
 */
export async function storeEvent(
  deps: StoreDeps,
  connection: OpenConnection,
  write: { readonly event: GrantEvent; readonly content?: ContentColumns },
): Promise<GrantChange | undefined> {
  const scope = scopeOf(connection);
  const stored = await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    const change = await changeGrant(transaction, scope, {
      connectionId: connection.id,
      event: write.event,
      content: write.content,
      now,
    });
    if (change === undefined) return undefined;
    const event = healthEvent(write.event, change);
    const health =
      event === undefined
        ? undefined
        : await changeState(transaction, scope, { connectionId: connection.id, event, now });
    return { change, health };
  });
  if (stored?.health !== undefined) tell(deps, connection, stored.health);
  return stored?.change;
}

/** What the state of the connection learns: a request that begins or is put off teaches nothing. */
function healthEvent(
  { kind }: GrantEvent,
  { before, after }: GrantChange,
): ConnectionEvent | undefined {
  if ((kind === 'refused' || kind === 'ended') && after.needsAuth !== null) {
    return { kind: 'unauthorized', reason: after.needsAuth };
  }
  const isMended = before.needsAuth !== null && after.needsAuth === null;
  return isMended ? { kind: 'credentials_saved' } : undefined;
}

/** Stops a connection whose sign-in needs a person already: somebody had set it going again. */
export async function stopForSignIn(
  deps: StoreDeps,
  connection: OpenConnection,
  reason: string,
): Promise<void> {
  if (connection.state === 'needs_auth' || connection.state === 'paused') return;
  const event = { kind: 'unauthorized', reason } as const;
  const health = await deps.database.write((transaction) =>
    changeState(transaction, scopeOf(connection), {
      connectionId: connection.id,
      event,
      now: deps.database.now(),
    }),
  );
  if (health !== undefined) tell(deps, connection, health);
}

function tell(deps: StoreDeps, connection: OpenConnection, { before, after }: StateChange): void {
  if (before.state === after.state) return;
  const of = { connection_id: connection.id, organization_id: connection.organizationId };
  if (after.state === 'needs_auth') {
    deps.log.warn(of, 'a connection waits for somebody to sign in at its CRM');
  } else if (after.state === 'active') {
    deps.log.info(of, 'a connection is signed in again');
    deps.wake();
  }
}
