import type * as z from 'zod';

import type { Match } from '../../contacts/identify/match.ts';
import type { Contact } from '../../contract/contacts.ts';

/** A contact in the form of the API. */
export function presentContact(
  connectionId: string,
  match: Match,
  page: string | undefined,
): z.input<typeof Contact> {
  return {
    connection_id: connectionId,
    source: match.source,
    contact_kind: match.kind,
    contact_id: match.contactId ?? null,
    contact_type: match.contactType ?? null,
    name: match.name ?? null,
    company: match.company ?? null,
    job_title: match.jobTitle ?? null,
    phones: [...match.phones],
    emails: [...match.emails],
    url: page ?? null,
  };
}
