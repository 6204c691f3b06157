import { findSavedById } from '../../calls/saved-contact-repository.ts';
import type { ContactRecord } from '../../contacts/contact-record.ts';
import { matchOfContact, matchOfRecord } from '../../contacts/identify/match.ts';
import type { Match } from '../../contacts/identify/match.ts';
import type { ContactIndex } from '../../contacts/index/contact-index.ts';
import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import type { Database } from '../../store/database.ts';
import type { PipelineConnection } from '../connection-book.ts';

/**
 * The contact that a create was answered with, if it was there before: as the copy has it, else as it
 * was saved when it was made here, else what the answer tells and nothing of what was typed. `undefined`
 * for one that is new.
 */
export async function findThere(
  { database, index }: { database: Database; index: Pick<ContactIndex, 'byId'> | undefined },
  { id: connectionId, organizationId }: PipelineConnection,
  of: {
    readonly contact: ContactRecord;
    /** As the answer bound it. */
    readonly record: BoundRecord;
    /** The CRM said itself that it made nothing. */
    readonly wasThere: boolean;
    /** When the CRM was asked; epoch milliseconds. */
    readonly begunAt: number;
  },
): Promise<Match | undefined> {
  const { kind, contactType, crmId } = of.contact;
  const known = await index?.byId({ organizationId, connectionId }, { kind, contactType, crmId });
  // A sync may have brought a new one between the CRM's answer and now.
  if (known !== undefined && (of.wasThere || known.changedAt <= of.begunAt)) {
    return matchOfContact(known);
  }
  const contactId = crmId;
  const saved = await findSavedById(database.read, { connectionId, contactId });
  if (saved !== undefined) return matchOfRecord(saved, 'made');
  return of.wasThere ? matchOfRecord(of.record, 'crm') : undefined;
}
