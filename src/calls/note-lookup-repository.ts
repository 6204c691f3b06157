import type { Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';
import { partyNumber } from './call-rules.ts';
import { readFacts } from './call-repository.ts';
import { forgetContact } from './made-contact-repository.ts';
import { contactKey } from './made-contacts.ts';

/** Counts the look-ups of callers in a row in which a CRM found nobody. */
export async function countLookup(
  transaction: Transaction<Tables>,
  of: { readonly connectionId: string; readonly found: boolean },
): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set((eb) => ({ unfound: of.found ? 0 : eb('unfound', '+', 1) }))
    .where('connection_id', '=', of.connectionId)
    .$if(of.found, (query) => query.where('unfound', '>', 0))
    .execute();
}

/** Forgets that we made the contact of a call: the CRM says that what the call names is gone. */
export async function forgetContactOfCall(
  transaction: Transaction<Tables>,
  of: { readonly callId: string; readonly connectionId: string; readonly country: string },
): Promise<void> {
  const call = await transaction
    .selectFrom('call')
    .select('facts')
    .where('id', '=', of.callId)
    .executeTakeFirst();
  const facts = call === undefined ? undefined : readFacts(call);
  const number = facts === undefined ? undefined : contactKey(partyNumber(facts), of.country);
  if (number === undefined) return;
  await forgetContact(transaction, { connectionId: of.connectionId, number });
}
