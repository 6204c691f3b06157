import type { Handle } from '../../store/handle.ts';
import type { NamedPerson } from './person.ts';

/** Events of one look. */
const SLICE = 200;
/** Fewer digits stand in too many texts. */
const FEWEST_DIGITS = 7;

/** Ids of refused events in which one of these numbers stands, in whatever way it is written. */
export async function findRefusedEvents(
  handle: Handle,
  of: { readonly organizationId: string; readonly digits: readonly string[] },
): Promise<readonly string[]> {
  const digits = of.digits.filter(({ length }) => length >= FEWEST_DIGITS);
  if (digits.length === 0) return [];
  const found: string[] = [];
  for (let after = ''; ;) {
    const rows = await handle
      .selectFrom('refused_event')
      .leftJoin('phone_system', 'phone_system.id', 'refused_event.phone_system_id')
      .leftJoin('organization', (join) =>
        // Of a shared phone system the domain says whose an event is.
        join.on((eb) =>
          eb(eb.fn('lower', ['refused_event.domain']), '=', eb.ref('organization.domain_key')),
        ),
      )
      .select(['refused_event.id', 'refused_event.body'])
      .where((eb) =>
        eb.or([
          eb('phone_system.organization_id', '=', of.organizationId),
          eb.and([
            eb('phone_system.organization_id', 'is', null),
            eb('organization.id', '=', of.organizationId),
          ]),
        ]),
      )
      .where('refused_event.id', '>', after)
      .orderBy('refused_event.id')
      .limit(SLICE)
      .execute();
    const last = rows.at(-1);
    if (last === undefined) return found;
    for (const { id, body } of rows) {
      const text = withoutGaps(body);
      if (digits.some((one) => text.includes(one))) found.push(id);
    }
    after = last.id;
  }
}

/** Digits that people write apart stand together. */
function withoutGaps(text: string): string {
  return text.replaceAll(/(?<=\d)[\s().\u00a0/-]+(?=\d)/gu, '');
}

export async function deleteRefusedEvents(
  transaction: Handle,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0;
  const result = await transaction
    .deleteFrom('refused_event')
    .where('id', 'in', ids)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

const CONTACT_DEEDS = ['contact.created', 'contact.updated', 'contact.deleted'];

interface NamingEntry {
  readonly id: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Entries of the audit trail that name one of these contacts. */
export async function findAuditEntries(
  handle: Handle,
  of: { readonly organizationId: string; readonly contacts: NamedPerson['contacts'] },
): Promise<readonly NamingEntry[]> {
  const found = new Map<string, NamingEntry>();
  for (const { connectionId, contactId } of of.contacts) {
    const rows = await handle
      .selectFrom('audit_entry')
      .select(['id', 'details'])
      .where('organization_id', '=', of.organizationId)
      .where('action', 'in', CONTACT_DEEDS)
      .where('object_id', '=', connectionId)
      .where('details', 'like', '%contact_id%')
      .execute();
    for (const { id, details: text } of rows) {
      const details = JSON.parse(text) as NamingEntry['details'];
      if (details['contact_id'] === contactId) found.set(id, { id, details });
    }
  }
  return [...found.values()];
}

/** That somebody changed the contact stays in the audit trail; which one it was does not. */
export async function eraseFromAudit(
  transaction: Handle,
  entries: readonly NamingEntry[],
): Promise<number> {
  for (const { id, details } of entries) {
    await transaction
      .updateTable('audit_entry')
      .set({ details: JSON.stringify({ ...details, contact_id: 'erased' }) })
      .where('id', '=', id)
      .execute();
  }
  return entries.length;
}

/** What the last answers of its CRMs looked like: keys of an answer may be numbers, too. */
export async function forgetSamples(transaction: Handle, organizationId: string): Promise<void> {
  await transaction
    .updateTable('connection_pace')
    .set({ unfound_sample: null, without_id_sample: null })
    .where('organization_id', '=', organizationId)
    .execute();
}
