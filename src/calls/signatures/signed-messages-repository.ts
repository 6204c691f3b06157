import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';

export type SignedMessageRow = Tables['signed_message'];

/** A message that came before, by the id that its sender gave it. */
export async function findSignedMessage(
  handle: Handle,
  of: Pick<SignedMessageRow, 'phone_system_id' | 'message_id'>,
): Promise<SignedMessageRow | undefined> {
  return await handle
    .selectFrom('signed_message')
    .selectAll()
    .where('phone_system_id', '=', of.phone_system_id)
    .where('message_id', '=', of.message_id)
    .executeTakeFirst();
}

/** Keeps a message, or what became of it this time. */
export async function putSignedMessage(handle: Handle, row: SignedMessageRow): Promise<void> {
  await handle
    .insertInto('signed_message')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['phone_system_id', 'message_id']).doUpdateSet({
        digest: row.digest,
        call_ids: row.call_ids,
        received_at: row.received_at,
      }),
    )
    .execute();
}

/** Removes messages received before a moment (epoch milliseconds), the oldest first; returns how many. */
export async function deleteSignedMessages(
  handle: Handle,
  of: { readonly before: number; readonly limit: number },
): Promise<number> {
  const result = await handle
    .deleteFrom('signed_message')
    .where((where) =>
      where(
        where.refTuple('phone_system_id', 'message_id'),
        'in',
        where
          .selectFrom('signed_message')
          .select(['phone_system_id', 'message_id'])
          .where('received_at', '<', of.before)
          .orderBy('received_at')
          .limit(of.limit)
          .$asTuple('phone_system_id', 'message_id'),
      ),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
