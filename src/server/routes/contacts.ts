import { createHash } from 'node:crypto';

import type { ConnectionBook } from '../../calls/call-connection.ts';
import { findConnection } from '../../connections/connections-repository.ts';
import { matchOfContact, matchOfRecord } from '../../contacts/identify/match.ts';
import type { Match } from '../../contacts/identify/match.ts';
import type { ContactIndex } from '../../contacts/index/contact-index.ts';
import {
  createContact,
  deleteContact,
  getContact,
  updateContact,
} from '../../contract/contacts.ts';
import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import type { PhoneNumbers } from '../../document/values/values.ts';
import { AppError } from '../../errors/app-error.ts';
import type { PipelineConnection } from '../connection-book.ts';
import { contactPage } from '../contact-page.ts';
import * as actions from '../contacts/contact-actions.ts';
import type { Acting, ContactActionDeps } from '../contacts/contact-actions.ts';
import { checkContactType } from '../contacts/contact-types.ts';
import { route } from '../route.ts';
import type { RequestContext, Route } from '../route.ts';
import { mustHave } from './must-have.ts';
import { presentContact } from './present-contact.ts';
import { actorOf } from './present.ts';

export interface ContactRouteDeps {
  readonly connections: ConnectionBook<PipelineConnection>;
  readonly contactActions: Omit<ContactActionDeps, 'index'> & {
    readonly index: Pick<ContactIndex, 'byId'> | undefined;
    readonly phones: PhoneNumbers;
  };
}

/** One contact of a CRM: made, read, changed, deleted. */
export function contactRoutes({
  connections,
  contactActions: deps,
}: ContactRouteDeps): readonly Route[] {
  const open = async (context: RequestContext, id: string): Promise<PipelineConnection> => {
    const scope = context.scope();
    await mustHave(findConnection(deps.database.read, scope, id), 'connection');
    const connection = await connections.open(scope.organizationId, id);
    if (connection !== undefined) return connection;
    throw new AppError('conflict', 'The connection cannot be opened: enter its values again.');
  };
  const presentMatch = (connection: PipelineConnection, match: Match) => {
    const page = contactPage(deps, connection, { match, locals: {}, properties: {} });
    return { body: presentContact(connection.id, match, page) };
  };
  const present = (connection: PipelineConnection, record: BoundRecord) =>
    presentMatch(connection, matchOfRecord(record, 'made'));
  return [
    route(createContact, async ({ params, body }, context) => {
      const connection = await open(context, params.connection_id);
      const by = actingOf(context);
      const contactType = body.contact_type ?? '';
      const of = { given: body.values, contactType, by };
      const { match, isNew } = await actions.createContact(deps, connection, of);
      const answer = presentMatch(connection, match);
      return isNew ? answer : { ...answer, status: 200 };
    }),
    route(getContact, async ({ params, query }, context) => {
      const { organizationId } = context.scope();
      const connection = await open(context, params.connection_id);
      checkContactType(connection.opened.document, query.contact_type ?? '');
      const found = await deps.index?.byId(
        { organizationId, connectionId: connection.id },
        {
          kind: query.contact_kind,
          contactType: query.contact_type ?? '',
          crmId: params.contact_id,
        },
      );
      if (found === undefined) throw new AppError('not_found', 'No such contact is kept here.');
      return presentMatch(connection, matchOfContact(found));
    }),
    route(updateContact, async ({ params, query, body }, context) => {
      const connection = await open(context, params.connection_id);
      const key = { contactId: params.contact_id, contactType: query.contact_type ?? '' };
      const of = { key, given: body.values, by: actingOf(context) };
      return present(connection, await actions.updateContact(deps, connection, of));
    }),
    route(deleteContact, async ({ params, query }, context) => {
      const connection = await open(context, params.connection_id);
      const key = { contactId: params.contact_id, contactType: query.contact_type ?? '' };
      await actions.deleteContact(deps, connection, { key, by: actingOf(context) });
      return { body: undefined };
    }),
  ];
}

/** The key that goes to the CRM tells nothing of ours, and two organizations never have the same. */
function actingOf(context: RequestContext): Acting {
  const actor = actorOf(context);
  const given = context.header('idempotency-key');
  if (given === undefined) return { actor };
  const { organizationId } = context.scope();
  const text = JSON.stringify([organizationId, context.principal?.keyId ?? '', given]);
  return { actor, idempotencyKey: createHash('sha256').update(text).digest('hex').slice(0, 32) };
}
