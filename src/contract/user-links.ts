import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import {
  externalId,
  externalPageQuery,
  idOf,
  moment,
  noBody,
  noContent,
  noQuery,
  pageOf,
} from './parts.ts';

export const crmUserId = z
  .string()
  .min(1)
  .max(500)
  .meta({ description: "The CRM's id of its user: text, no digit is lost.", examples: ['14'] });

export const CrmUser = z
  .object({
    id: crmUserId,
    name: z
      .string()
      .nullable()
      .meta({ description: 'Name in the CRM.', examples: ['Ada Lovelace'] }),
    emails: z.array(z.string()).meta({ description: 'E-mail addresses in the CRM.' }),
    phones: z.array(z.string()).meta({ description: 'Numbers in the CRM.' }),
  })
  .meta({ id: 'CrmUser', description: 'A user of the CRM, as `Users` gives it.' });

export const UserLink = z
  .object({
    external_id: externalId.nullable(),
    connection_id: idOf('connection'),
    extension_id: idOf('extension'),
    extension_number: z
      .string()
      .meta({ description: 'Number of the extension.', examples: ['101'] }),
    crm_user_id: crmUserId,
    crm_user_name: z
      .string()
      .nullable()
      .meta({ description: 'Name in the CRM when it was linked.' }),
    linked_at: moment('When it was linked.'),
  })
  .meta({ id: 'UserLink', description: 'An extension is this user of the CRM.' });

const base = {
  resource: 'user links',
  scopes: ['admin', 'organization'],
  within: 'organization',
  query: noQuery,
} as const;
const connectionParams = z.object({ connection_id: idOf('connection') });
const linkParams = z.object({ connection_id: idOf('connection'), extension_id: idOf('extension') });

export const listCrmUsers = defineEndpoint({
  ...base,
  name: 'listCrmUsers',
  method: 'GET',
  path: '/v1/connections/{connection_id}/crm-users',
  summary: 'Ask the CRM for its users',
  params: connectionParams,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: z.object({ items: z.array(CrmUser).meta({ description: 'All users.' }) }),
  problems: ['not_found', 'conflict', 'upstream_failed'],
});

export const listUserLinks = defineEndpoint({
  ...base,
  name: 'listUserLinks',
  method: 'GET',
  path: '/v1/connections/{connection_id}/user-links',
  summary: 'List the links of a connection',
  params: connectionParams,
  query: z.strictObject(externalPageQuery),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: pageOf(UserLink),
  problems: ['not_found'],
});

export const putUserLink = defineEndpoint({
  ...base,
  name: 'putUserLink',
  method: 'PUT',
  path: '/v1/connections/{connection_id}/user-links/{extension_id}',
  summary: 'Link an extension with a CRM user',
  description:
    'A local value is a name of the document that its response maps bind though Patchcord has no such name itself, for example the team of a user. Where `Users` binds local values, the CRM is asked for those of this user; they are kept with the link, and requests for calls of this extension may name them.',
  params: linkParams,
  body: z.strictObject({
    crm_user_id: crmUserId,
    crm_user_name: z
      .string()
      .max(500)
      .optional()
      .meta({ description: 'Name in the CRM, for lists.' }),
  }),
  bodyKind: 'json',
  status: 200,
  response: UserLink,
  problems: ['not_found', 'conflict', 'upstream_failed'],
});

export const deleteUserLink = defineEndpoint({
  ...base,
  name: 'deleteUserLink',
  method: 'DELETE',
  path: '/v1/connections/{connection_id}/user-links/{extension_id}',
  summary: 'Remove a link',
  params: linkParams,
  body: noBody,
  bodyKind: 'none',
  status: 204,
  response: noContent,
  problems: ['not_found'],
});

export const suggestUserLinks = defineEndpoint({
  ...base,
  name: 'suggestUserLinks',
  method: 'GET',
  path: '/v1/connections/{connection_id}/user-link-suggestions',
  summary: 'Suggest links by equal e-mail address or number',
  description: 'Extensions that have a link are left out. Nothing is linked by this.',
  params: connectionParams,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: z.object({
    items: z
      .array(
        z.object({
          extension_id: idOf('extension'),
          extension_number: z
            .string()
            .meta({ description: 'Number of the extension.', examples: ['101'] }),
          crm_user_id: crmUserId,
          crm_user_name: z.string().nullable().meta({ description: 'Name in the CRM.' }),
          reason: z.enum(['email', 'number']).meta({ description: 'What is equal.' }),
        }),
      )
      .meta({ description: 'At most one per extension.' }),
  }),
  problems: ['not_found', 'conflict', 'upstream_failed'],
});
