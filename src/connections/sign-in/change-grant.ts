import { AppError } from '../../errors/app-error.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import type { Handle } from '../../store/handle.ts';
import { next, NO_GRANT } from './grant.ts';
import type { Grant, GrantEvent } from './grant.ts';
import { findSignIn, insertSignIn, updateSignIn } from './sign-in-repository.ts';
import type { SignInRow } from './sign-in-repository.ts';
import { grantColumns, toGrant } from './stored-grant.ts';

export interface GrantChange {
  readonly before: Grant;
  readonly after: Grant;
}

/** Other nodes may be faster; more often than this in a row is a fault. */
const MAX_TRIES = 5;

/** The columns of a row that belong to the tokens of a generation. */
export type ContentColumns = Pick<SignInRow, 'key_id' | 'nonce' | 'sealed' | 'received_at'> &
  Partial<Pick<SignInRow, 'account_id' | 'account_name' | 'signed_in_at'>>;

/**
 * Takes an event into a connection's sign-in, in the transaction of what caused it, with the tokens
 * that came with it. Undefined: the event came too late, and nothing was changed. Rejects with
 * `database_unavailable` when other nodes change the row all the time.
 */
export async function changeGrant(
  transaction: Handle,
  scope: OrganizationScope,
  change: {
    readonly connectionId: string;
    readonly event: GrantEvent;
    readonly content?: ContentColumns | undefined;
    readonly now: number;
  },
): Promise<GrantChange | undefined> {
  const { connectionId, event, content, now } = change;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const row = await findSignIn(transaction, scope, connectionId);
    if (row === undefined) {
      await insertSignIn(transaction, scope, emptyRow(connectionId, now));
      continue;
    }
    const before = toGrant(row);
    const after = next(before, event, now);
    if (after === undefined) return undefined;
    const written = await updateSignIn(transaction, scope, {
      connectionId,
      fence: before.fence,
      row: { ...grantColumns(after), ...content, updated_at: now },
    });
    if (written) return { before, after };
  }
  throw new AppError(
    'database_unavailable',
    `The sign-in of connection ${connectionId} is changed too often.`,
  );
}

function emptyRow(connectionId: string, now: number): Omit<SignInRow, 'organization_id'> {
  return {
    connection_id: connectionId,
    ...grantColumns(NO_GRANT),
    key_id: null,
    nonce: null,
    sealed: null,
    received_at: null,
    account_id: null,
    account_name: null,
    signed_in_at: null,
    updated_at: now,
  };
}
