import type * as z from 'zod';

import type { OpenConnection } from '../connections/open-connection.ts';
import type { CrmUser } from '../contract/user-links.ts';
import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { completeNames } from '../document/values/person-names.ts';
import { AppError } from '../errors/app-error.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { listOf, textOf } from './bound-record.ts';
import { askCrm, outcomeDetails, whereToSignIn } from './crm-methods.ts';

export type CrmUserRow = z.input<typeof CrmUser>;

/**
 * The CRM's users by its method `Users`. Rejects with `conflict` when the document has none or
 * somebody must sign in or enter a value first, and with `upstream_failed` when the CRM did not give
 * a list.
 */
export async function listCrmUsersOf(
  runner: SignedInRunner,
  connection: OpenConnection,
  signal: AbortSignal,
): Promise<readonly CrmUserRow[]> {
  return (await readUsers(runner, connection, signal)).flatMap(toUser);
}

/**
 * The local values that `Users` binds for one user: later methods see them for the calls of that
 * user. The CRM is asked only if the document has local values. Rejects with `upstream_failed`, and
 * with `not_found` when the CRM has no such user.
 */
export async function readUserLocals(
  runner: SignedInRunner,
  connection: OpenConnection,
  user: { readonly id: string; readonly signal: AbortSignal },
): Promise<Readonly<Record<string, string>>> {
  const { names, methods } = connection.document;
  const isLocal = (name: string): boolean => names.resolve(name, 'response')?.kind === 'local';
  if (!methods.has('Users') || !names.all().some(isLocal)) return {};
  const records = await readUsers(runner, connection, user.signal);
  const record = records.find((one) => textOf(one, 'user_id') === user.id);
  if (record === undefined) throw new AppError('not_found', 'The CRM has no such user.');
  const locals = Object.keys(record).filter(isLocal);
  return Object.fromEntries(locals.map((name) => [name, textOf(record, name) ?? '']));
}

async function readUsers(
  runner: SignedInRunner,
  connection: OpenConnection,
  signal: AbortSignal,
): Promise<readonly BoundRecord[]> {
  if (!connection.document.methods.has('Users')) {
    throw new AppError('conflict', 'The document has no method Users: nobody can be linked.');
  }
  const asked = await askCrm(runner, connection, { method: 'Users', signal });
  if (asked.status === 'not_sent') {
    // Only a sign-in server that is away may have answered: else the CRM was not asked at all.
    const isAway = asked.reason === 'sign_in_unavailable';
    const remedy = asked.reason === 'needs_auth' ? whereToSignIn(connection) : '';
    throw new AppError(isAway ? 'upstream_failed' : 'conflict', `${asked.message}${remedy}`);
  }
  const { outcome, records } = asked.run;
  if (outcome.kind !== 'success' && outcome.kind !== 'not_found') {
    throw new AppError('upstream_failed', outcome.message, { details: outcomeDetails(outcome) });
  }
  return records;
}

export interface Suggestion<Extension> {
  readonly extension: Extension;
  readonly user: CrmUserRow;
  /** What is equal. */
  readonly reason: 'email' | 'number';
}

/** One suggestion per extension: equal e-mail address first, then equal extension number. */
export function suggestLinks<
  Extension extends { readonly number: string; readonly email: string | null },
>(
  extensions: readonly Extension[],
  users: readonly CrmUserRow[],
): readonly Suggestion<Extension>[] {
  return extensions.flatMap((extension): readonly Suggestion<Extension>[] => {
    const email = extension.email?.toLowerCase();
    const byEmail = only(
      users.filter(({ emails }) => emails.some((one) => one.toLowerCase() === email)),
    );
    if (byEmail !== undefined) return [{ extension, user: byEmail, reason: 'email' }];
    const byNumber = only(users.filter(({ phones }) => phones.includes(extension.number)));
    return byNumber === undefined ? [] : [{ extension, user: byNumber, reason: 'number' }];
  });
}

// Two users with one address: a suggestion would be a guess.
function only<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined;
}

function toUser(record: BoundRecord): readonly CrmUserRow[] {
  const id = textOf(record, 'user_id');
  if (id === undefined) return [];
  return [
    {
      id,
      name: nameOf(record),
      emails: listOf(record, 'email'),
      phones: [...listOf(record, 'phone'), ...listOf(record, 'mobile')],
    },
  ];
}

function nameOf(record: BoundRecord): string | null {
  const parts = { full: 'user_name', first: 'firstname', last: 'lastname' } as const;
  const known = Object.entries(parts).flatMap(([part, name]) => {
    const text = textOf(record, name);
    return text === undefined ? [] : [[part, text] as const];
  });
  return completeNames(Object.fromEntries(known)).full ?? null;
}
