import type { Transaction } from 'kysely';

import type { Handle } from '../store/handle.ts';
import { prepared } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';
import type { ContactClaim } from './made-contacts.ts';
import { isLasting, MADE_CONTACT_MS } from './made-contacts.ts';
import { findSavedContact, OF_NO_STEP } from './saved-contact-repository.ts';
import { readMemory } from './step-rows.ts';

/** The number of a connection's caller; see `contactKey`. */
export interface ContactOf {
  readonly connectionId: string;
  readonly number: string;
}

/** Who makes, or has made, the contact of a number, and what came of it. */
export async function findContactClaim(
  handle: Handle,
  of: ContactOf,
): Promise<ContactClaim | undefined> {
  return (await findSavedContact(handle, of)) ?? (await findStepClaim(handle, of));
}

async function findStepClaim(handle: Handle, of: ContactOf): Promise<ContactClaim | undefined> {
  const [row] = await selectStepClaim(handle, of);
  if (row === undefined) return undefined;
  return {
    stepId: row.step_id,
    claimedAt: row.claimed_at,
    state: row.state,
    reason: row.reason,
    readyAt: row.ready_at,
    begun: row.progress !== null,
    contact: readMemory(row).contact,
  };
}

/** A phone is ringing while this is asked. */
const selectStepClaim = prepared((handle, of: ContactOf) =>
  handle
    .selectFrom('made_contact')
    .innerJoin('step', 'step.id', 'made_contact.step_id')
    .innerJoin('lane', 'lane.id', 'made_contact.lane_id')
    .select(['made_contact.step_id', 'made_contact.claimed_at'])
    .select(['step.state', 'step.reason', 'step.ready_at', 'step.progress', 'lane.memory'])
    .where('made_contact.connection_id', '=', of.connectionId)
    .where('made_contact.number', '=', of.number),
);

/**
 * Takes the right to make the contact of a number, in the transaction in which its create becomes
 * `sending`; false when another step has it, also one on another node at the same moment.
 */
export async function claimContact(
  transaction: Transaction<Tables>,
  of: ContactOf & {
    readonly organizationId: string;
    readonly stepId: string;
    readonly laneId: string;
    readonly now: number;
  },
): Promise<boolean> {
  const saved = await findSavedContact(transaction, of);
  if (saved !== undefined && isLasting(saved, of.now)) return false;
  const claim = { step_id: of.stepId, lane_id: of.laneId, claimed_at: of.now };
  const added = await transaction
    .insertInto('made_contact')
    .values({
      connection_id: of.connectionId,
      organization_id: of.organizationId,
      number: of.number,
      ...claim,
    })
    .onConflict((conflict) => conflict.columns(['connection_id', 'number']).doNothing())
    .returning('step_id')
    .executeTakeFirst();
  if (added !== undefined) return true;
  // Locked first, so that what is read of its step afterwards is what its transaction has written.
  await transaction
    .updateTable('made_contact')
    .set((eb) => ({ claimed_at: eb.ref('claimed_at') }))
    .where('connection_id', '=', of.connectionId)
    .where('number', '=', of.number)
    .execute();
  const theirs = await findContactClaim(transaction, of);
  if (theirs !== undefined && theirs.stepId !== of.stepId && isLasting(theirs, of.now))
    return false;
  await transaction
    .updateTable('made_contact')
    .set(claim)
    .where('connection_id', '=', of.connectionId)
    .where('number', '=', of.number)
    .execute();
  return true;
}

/** Forgets the contact of a number, as this claim has made it: the CRM says that it is gone. */
export async function forgetContact(
  transaction: Transaction<Tables>,
  of: ContactOf & { readonly claim: Pick<ContactClaim, 'stepId' | 'claimedAt'> },
): Promise<void> {
  await transaction
    .deleteFrom('made_contact')
    .where('connection_id', '=', of.connectionId)
    .where('number', '=', of.number)
    .where('step_id', '=', of.claim.stepId)
    .where('claimed_at', '=', of.claim.claimedAt)
    .execute();
  if (of.claim.stepId !== OF_NO_STEP) return;
  await transaction
    .deleteFrom('saved_contact')
    .where('connection_id', '=', of.connectionId)
    .where('number', '=', of.number)
    .where('saved_at', '=', of.claim.claimedAt)
    .execute();
}

/** True where the call that made a contact has its record in the CRM: it was made with the contact. */
export async function hasRecordOfCall(
  handle: Handle,
  claim: Pick<ContactClaim, 'stepId'>,
): Promise<boolean> {
  const row = await handle
    .selectFrom('step')
    .innerJoin('step as maker', 'maker.lane_id', 'step.lane_id')
    .select('step.id')
    .where('maker.id', '=', claim.stepId)
    .where('step.method', '=', 'CreateActivity')
    .where('step.state', '=', 'done')
    .executeTakeFirst();
  return row !== undefined;
}

/** Deletes what the search of every CRM has found by now; returns how many rows went. */
export async function deleteOldContactClaims(
  transaction: Transaction<Tables>,
  now: number,
): Promise<number> {
  const result = await transaction
    .deleteFrom('made_contact')
    .where('claimed_at', '<', now - MADE_CONTACT_MS)
    .executeTakeFirst();
  const saved = await transaction
    .deleteFrom('saved_contact')
    .where('saved_at', '<', now - MADE_CONTACT_MS)
    .executeTakeFirst();
  return Number(result.numDeletedRows) + Number(saved.numDeletedRows);
}
