import type { SignInAnswer, SignInBinding } from '../../document/compiled-document.ts';
import { recordDeed } from '../../access/audit.ts';
import type { Handle } from '../../store/handle.ts';
import { changeState } from '../change-state.ts';
import type { OpenConnection } from '../open-connection.ts';
import { askAccount } from './ask-account.ts';
import { changeGrant } from './change-grant.ts';
import type { AuthorizationOutcome } from './finish-authorization.ts';
import { credentialOf, scopeOf } from './grant-reader.ts';
import { NO_GRANT } from './grant.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { deleteOffer, findSignIn, putOffer } from './sign-in-repository.ts';
import { contentColumns, contentOf } from './store-grant.ts';
import { sealContent, sealedColumns, tokenPlace } from './stored-grant.ts';
import type { GrantContent } from './stored-grant.ts';
import { tokenTimes } from './token-times.ts';

type Bound = Extract<SignInAnswer, { status: 'bound' }>;
type Result = Pick<AuthorizationOutcome, 'outcome' | 'message'>;

interface Account {
  readonly id: string | undefined;
  readonly name: string | undefined;
}

interface SignedIn {
  readonly content: GrantContent;
  readonly times: ReturnType<typeof tokenTimes>;
  readonly askedAt: number;
  readonly account: Account;
  readonly actor: string;
}

/**
 * Takes tokens that a person's sign-in gave. They are asked whose they are; those of another account
 * than before are kept aside until somebody says that this is meant, and the old sign-in goes on.
 */
export async function acceptSignIn(
  deps: SignInDeps,
  connection: OpenConnection,
  came: {
    readonly answer: Bound;
    readonly callback: SignInBinding | undefined;
    readonly askedAt: number;
    readonly actor: string;
  },
): Promise<Result> {
  const { answer, callback, askedAt, actor } = came;
  const merged: Bound = {
    ...answer,
    properties: { ...callback?.properties, ...answer.properties },
    locals: { ...callback?.locals, ...answer.locals },
  };
  const first = contentOf(connection, merged, undefined);
  for (const token of [first.accessToken, first.refreshToken]) {
    if (token !== undefined) deps.registerSecret(token);
  }
  const asked = await askAccount(deps, connection, credentialOf(NO_GRANT, first));
  if (asked?.status === 'refused') return { outcome: 'failed', message: asked.message };
  const content =
    asked === undefined
      ? first
      : contentOf(
          connection,
          {
            ...merged,
            properties: { ...merged.properties, ...asked.properties },
            locals: { ...merged.locals, ...asked.locals },
          },
          undefined,
        );
  const account: Account = {
    id: asked?.accountId ?? answer.accountId ?? callback?.accountId,
    name: asked?.accountName ?? answer.accountName ?? callback?.accountName,
  };
  const times = tokenTimes(answer.expiresInSeconds, askedAt, deps.random());
  return await decideAccount(deps, connection, { content, times, askedAt, account, actor });
}

async function decideAccount(
  deps: SignInDeps,
  connection: OpenConnection,
  came: SignedIn,
): Promise<Result> {
  const scope = scopeOf(connection);
  const { account } = came;
  const result = await deps.database.write(async (transaction): Promise<Result> => {
    const before = await findSignIn(transaction, scope, connection.id);
    const known = before?.account_id ?? null;
    if (known !== null && known !== account.id) {
      await keepAside(deps, transaction, { connection, came });
      const was = before?.account_name ?? known;
      return account.id === undefined && account.name === undefined
        ? { outcome: 'unknown_account', message: unknownAccount(was) }
        : { outcome: 'wrong_account', message: otherAccount(was, account) };
    }
    await storeSignIn(deps, transaction, { connection, came });
    const whose = account.name ?? account.id;
    const as = whose === undefined ? '' : ` as ${whose}`;
    return { outcome: 'connected', message: `Signed in at the CRM${as}.` };
  });
  if (result.outcome === 'connected') deps.wake();
  return result;
}

function otherAccount(was: string, { id, name }: Account): string {
  return `This sign-in is of ${name ?? id ?? ''}, and before it was ${was}. The old one goes on until somebody confirms the new one: calls would go to another account.`;
}

function unknownAccount(was: string): string {
  return `The CRM did not say whose this sign-in is, and before it was ${was}. The old sign-in goes on until somebody confirms the new one.`;
}

async function storeSignIn(
  deps: SignInDeps,
  transaction: Handle,
  { connection, came }: { readonly connection: OpenConnection; readonly came: SignedIn },
): Promise<void> {
  const scope = scopeOf(connection);
  const now = deps.database.now();
  const { content, askedAt, account, actor } = came;
  await changeGrant(transaction, scope, {
    connectionId: connection.id,
    event: { kind: 'signed_in', ...came.times },
    content: {
      ...contentColumns(deps.vault, connection, { content, receivedAt: askedAt }),
      account_id: account.id ?? null,
      account_name: account.name ?? null,
      signed_in_at: askedAt,
    },
    now,
  });
  await deleteOffer(transaction, scope, connection.id);
  const event = { kind: 'credentials_saved' } as const;
  await changeState(transaction, scope, { connectionId: connection.id, event, now });
  await recordDeed(transaction, scope, {
    ids: deps.ids,
    actor,
    action: 'connection.signed_in',
    objectKind: 'connection',
    objectId: connection.id,
    details: { account_id: account.id ?? null, account_name: account.name ?? null },
    at: now,
  });
}

async function keepAside(
  deps: SignInDeps,
  transaction: Handle,
  { connection, came }: { readonly connection: OpenConnection; readonly came: SignedIn },
): Promise<void> {
  const scope = scopeOf(connection);
  const { content, times, askedAt, account, actor } = came;
  const place = tokenPlace({ ...scope, connectionId: connection.id }, 'sign_in_offer');
  await putOffer(transaction, scope, {
    connection_id: connection.id,
    ...sealedColumns(sealContent(deps.vault, place, content)),
    received_at: askedAt,
    expires_at: times.expiresAt,
    refresh_at: times.refreshAt,
    account_id: account.id ?? null,
    account_name: account.name ?? null,
  });
  await recordDeed(transaction, scope, {
    ids: deps.ids,
    actor,
    action: 'connection.other_account_signed_in',
    objectKind: 'connection',
    objectId: connection.id,
    details: { account_id: account.id ?? null, account_name: account.name ?? null },
    at: deps.database.now(),
  });
}
