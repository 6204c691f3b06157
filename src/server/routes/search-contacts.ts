import type { ConnectionBook } from '../../calls/call-connection.ts';
import { searchContacts } from '../../contract/contacts.ts';
import type { PipelineConnection } from '../connection-book.ts';
import type { LookupCounter } from '../count-lookups.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { ContactSearch } from '../search-contacts.ts';
import { onlyConnection } from './only-connection.ts';
import { presentContact } from './present-contact.ts';

export interface SearchContactsRouteDeps {
  readonly connections: ConnectionBook<PipelineConnection>;
  readonly contactSearch: ContactSearch;
  readonly lookups: LookupCounter;
}

/** Whom do you look for? */
export function searchContactsRoutes(deps: SearchContactsRouteDeps): readonly Route[] {
  return [
    route(searchContacts, async ({ query }, { scope, principal, signal }) => {
      const { organizationId } = scope();
      const all = await deps.connections.ofOrganization(organizationId);
      const session =
        query.session === undefined
          ? undefined
          : `${principal?.keyId ?? ''} ${organizationId} ${query.session}`;
      const { contacts, verdicts } = await deps.contactSearch.search(
        onlyConnection(all, query.connection_id),
        {
          ...{ query: query.q, limit: query.limit, session, signal },
          live: query.live === 'true',
        },
      );
      const requests = verdicts.reduce((sum, verdict) => sum + verdict.requests, 0);
      if (requests > 0) deps.lookups.count(organizationId, requests);
      return {
        body: {
          contacts: contacts.map(({ connectionId, match, page }) =>
            presentContact(connectionId, match, page),
          ),
          connections: verdicts.map(({ connectionId, status, message }) => ({
            connection_id: connectionId,
            ...{ status, message },
          })),
        },
      };
    }),
  ];
}
