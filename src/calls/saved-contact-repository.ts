import type { Handle } from '../store/handle.ts';
import { prepared } from '../store/prepared.ts';
import type { ContactClaim } from './made-contacts.ts';
import { storableJson } from './storable-json.ts';
import { readMemory } from './step-rows.ts';
import type { StepRecord } from './step-runner.ts';

/** In place of the id of a step: no call has made the contact. */
export const OF_NO_STEP = '';

/** The contact of a number that somebody made through the API, as if a step of a call had made it. */
export async function findSavedContact(
  handle: Handle,
  of: { readonly connectionId: string; readonly number: string },
): Promise<ContactClaim | undefined> {
  const [row] = await selectSaved(handle, of);
  if (row === undefined) return undefined;
  const { contact } = readMemory({ memory: `{"contact":${row.contact}}` });
  return {
    ...{ stepId: OF_NO_STEP, state: 'done', reason: null, begun: false, contact },
    claimedAt: row.saved_at,
    readyAt: row.saved_at,
  };
}

/** A phone is ringing while this is asked. */
const selectSaved = prepared(
  (handle, of: { readonly connectionId: string; readonly number: string }) =>
    handle
      .selectFrom('saved_contact')
      .select(['contact', 'saved_at'])
      .where('connection_id', '=', of.connectionId)
      .where('number', '=', of.number),
);

/** Lets the calls of these numbers know a contact that the CRM's own search may not find yet. */
export async function saveContact(
  handle: Handle,
  of: {
    readonly organizationId: string;
    readonly connectionId: string;
    /** As `contactKey` gives them. */
    readonly numbers: readonly string[];
    readonly contact: StepRecord;
    readonly now: number;
  },
): Promise<void> {
  for (const number of new Set(of.numbers)) {
    const told = { contact: storableJson(of.contact), saved_at: of.now };
    const row = { connection_id: of.connectionId, organization_id: of.organizationId, number };
    await handle
      .insertInto('saved_contact')
      .values({ ...row, ...told })
      .onConflict((conflict) => conflict.columns(['connection_id', 'number']).doUpdateSet(told))
      .execute();
  }
}

/** The contact of an id that somebody made through the API. */
export async function findSavedById(
  handle: Handle,
  of: SavedKey,
): Promise<ContactClaim['contact'] | undefined> {
  const [first] = await rowsOf(handle, of);
  return first?.contact;
}

/** A contact by the id that its CRM gave it. */
interface SavedKey {
  readonly connectionId: string;
  readonly contactId: string;
}

async function rowsOf(
  handle: Handle,
  of: SavedKey,
): Promise<readonly { readonly number: string; readonly contact: ContactClaim['contact'] }[]> {
  const rows = await handle
    .selectFrom('saved_contact')
    .select(['number', 'contact'])
    .where('connection_id', '=', of.connectionId)
    .execute();
  return rows
    .map(({ number, contact }) => ({
      number,
      contact: readMemory({ memory: `{"contact":${contact}}` }).contact,
    }))
    .filter(({ contact }) => contact?.['contact_id'] === of.contactId);
}

/** Forgets a contact that is in its CRM no more; returns how many numbers it had. */
export async function forgetSavedContact(handle: Handle, of: SavedKey): Promise<number> {
  const gone = await rowsOf(handle, of);
  if (gone.length === 0) return 0;
  await handle
    .deleteFrom('saved_contact')
    .where('connection_id', '=', of.connectionId)
    .where(
      'number',
      'in',
      gone.map(({ number }) => number),
    )
    .execute();
  return gone.length;
}
