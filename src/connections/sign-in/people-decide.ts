import { recordDeed } from '../../access/audit.ts';
import { AppError } from '../../errors/app-error.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import type { SignInBinding } from '../../document/compiled-document.ts';
import { changeState } from '../change-state.ts';
import type { OpenConnection } from '../open-connection.ts';
import { askAccount } from './ask-account.ts';
import { deleteAuthorizations } from './authorization-repository.ts';
import { changeGrant } from './change-grant.ts';
import { fits } from './connection-grant.ts';
import { credentialOf, scopeOf } from './grant-reader.ts';
import { NO_GRANT } from './grant.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { deleteOffer, findOffer } from './sign-in-repository.ts';
import { openContent, sealedColumns, sealedOf, sealContent, tokenPlace } from './stored-grant.ts';

interface Request {
  readonly connectionId: string;
  readonly actor: string;
}

/** Goes on with the account that was kept aside; see `SignIns.confirmAccount`. */
export async function confirmAccount(
  deps: SignInDeps,
  scope: OrganizationScope,
  { connectionId, actor }: Request,
): Promise<void> {
  const connection = await deps.openConnections.open(scope, connectionId);
  const learned = await learnAccount(deps, connection);
  await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    const offer = await findOffer(transaction, scope, connectionId);
    const sealed = offer === undefined ? undefined : sealedOf(offer);
    if (offer === undefined || sealed === undefined) {
      throw new AppError(
        'conflict',
        'No sign-in with another account waits for a word: begin a sign-in first.',
      );
    }
    const of = { ...scope, connectionId };
    // Sealed for its place: what moves is sealed anew.
    const content = openContent(deps.vault, tokenPlace(of, 'sign_in_offer'), sealed);
    const account = {
      account_id: offer.account_id ?? learned?.accountId ?? null,
      account_name: offer.account_name ?? learned?.accountName ?? null,
    };
    await changeGrant(transaction, scope, {
      connectionId,
      event: { kind: 'signed_in', expiresAt: offer.expires_at, refreshAt: offer.refresh_at },
      content: {
        ...sealedColumns(sealContent(deps.vault, tokenPlace(of, 'sign_in'), content)),
        received_at: offer.received_at,
        ...account,
        signed_in_at: offer.received_at,
      },
      now,
    });
    await deleteOffer(transaction, scope, connectionId);
    const event = { kind: 'credentials_saved' } as const;
    await changeState(transaction, scope, { connectionId, event, now });
    await recordDeed(transaction, scope, {
      ids: deps.ids,
      actor,
      action: 'connection.account_confirmed',
      objectKind: 'connection',
      objectId: connectionId,
      details: account,
      at: now,
    });
  });
  deps.wake();
}

/**
 * Whose the sign-in that was kept aside is, where the CRM did not say it then: without an account
 * nobody would notice the next wrong one. Its token goes where it was got for, and nowhere else.
 */
async function learnAccount(
  deps: SignInDeps,
  connection: OpenConnection,
): Promise<Pick<SignInBinding, 'accountId' | 'accountName'> | undefined> {
  const scope = scopeOf(connection);
  const offer = await findOffer(deps.database.read, scope, connection.id);
  const sealed = offer === undefined ? undefined : sealedOf(offer);
  if (offer?.account_id !== null || sealed === undefined) return undefined;
  const place = tokenPlace({ ...scope, connectionId: connection.id }, 'sign_in_offer');
  const content = openContent(deps.vault, place, sealed);
  if (!fits(connection, content)) return undefined;
  const asked = await askAccount(deps, connection, credentialOf(NO_GRANT, content));
  return asked?.status === 'bound' ? asked : undefined;
}

/** Forgets a sign-in; see `SignIns.signOut`. */
export async function signOut(
  deps: SignInDeps,
  scope: OrganizationScope,
  { connectionId, actor }: Request,
): Promise<void> {
  const { document, name } = await deps.openConnections.open(scope, connectionId);
  const { kind } = document.signIn;
  if (kind === 'none' || kind === 'static') {
    throw new AppError(
      'conflict',
      `'${name}' has no sign-in to forget: its credentials go with each request. PATCH them, or POST …/pause stops the connection.`,
    );
  }
  const message = 'Somebody signed this connection out: sign in again.';
  await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    await changeGrant(transaction, scope, {
      connectionId,
      event: { kind: 'signed_out', message },
      content: {
        key_id: null,
        nonce: null,
        sealed: null,
        received_at: null,
        account_id: null,
        account_name: null,
        signed_in_at: null,
      },
      now,
    });
    await deleteOffer(transaction, scope, connectionId);
    await deleteAuthorizations(transaction, scope, connectionId);
    const event = { kind: 'unauthorized', reason: message } as const;
    await changeState(transaction, scope, { connectionId, event, now });
    await recordDeed(transaction, scope, {
      ids: deps.ids,
      actor,
      action: 'connection.signed_out',
      objectKind: 'connection',
      objectId: connectionId,
      at: now,
    });
  });
}
