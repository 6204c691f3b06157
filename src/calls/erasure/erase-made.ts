import type { Handle } from '../../store/handle.ts';
import { readMemory } from '../step-rows.ts';
import type { Person, PersonDigests } from './person.ts';

interface MadeRow {
  readonly table: 'made_contact' | 'saved_contact';
  readonly connectionId: string;
  readonly number: string;
}

/** Contacts of a person that Patchcord made; kept for some days only, so they are few. */
export async function madeOf(
  handle: Handle,
  digests: PersonDigests,
  person: Person,
): Promise<readonly MadeRow[]> {
  const { organizationId } = person;
  const made = await handle
    .selectFrom('made_contact')
    .select(['connection_id', 'number'])
    .where('organization_id', '=', organizationId)
    .execute();
  const saved = await handle
    .selectFrom('saved_contact')
    .select(['connection_id', 'number', 'contact'])
    .where('organization_id', '=', organizationId)
    .execute();
  return [
    ...made
      .filter(({ number }) => digests.hasNumber(person, number))
      .map(({ connection_id: connectionId, number }) => ({
        ...{ table: 'made_contact' as const, connectionId, number },
      })),
    ...saved
      .filter(({ connection_id: id, number, contact }) => {
        const known = readMemory({ memory: `{"contact":${contact}}` }).contact;
        return digests.hasNumber(person, number) || digests.hasContact(person, id, known);
      })
      .map(({ connection_id: connectionId, number }) => ({
        ...{ table: 'saved_contact' as const, connectionId, number },
      })),
  ];
}

export async function eraseMade(transaction: Handle, rows: readonly MadeRow[]): Promise<number> {
  let went = 0;
  for (const { table, connectionId, number } of rows) {
    const result = await transaction
      .deleteFrom(table)
      .where('connection_id', '=', connectionId)
      .where('number', '=', number)
      .executeTakeFirst();
    went += Number(result.numDeletedRows);
  }
  return went;
}
