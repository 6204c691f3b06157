import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noBody, noContent, noParams, noQuery, pageOf, pageQuery } from './parts.ts';

const number = z
  .string()
  .trim()
  .min(1)
  .max(32)
  .meta({ description: 'Number of the extension, as the phone system has it.', examples: ['101'] });
const personName = z
  .string()
  .trim()
  .max(200)
  .meta({ description: 'Whose extension it is.', examples: ['Ada Lovelace'] });
const email = z
  .email()
  .max(254)
  .meta({
    description: 'Their e-mail address; suggests the CRM user.',
    examples: ['ada@example.com'],
  });

export const Extension = z
  .object({
    id: idOf('extension'),
    number,
    name: personName.nullable(),
    email: email.nullable(),
    created_at: moment('When it was created.'),
  })
  .meta({ id: 'Extension', description: 'One phone user of the organization.' });

export const listExtensions = defineEndpoint({
  name: 'listExtensions',
  resource: 'extensions',
  method: 'GET',
  path: '/v1/extensions',
  summary: 'List the extensions',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: noParams,
  query: z.strictObject(pageQuery),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: pageOf(Extension),
  problems: [],
});

export const createExtension = defineEndpoint({
  name: 'createExtension',
  resource: 'extensions',
  method: 'POST',
  path: '/v1/extensions',
  summary: 'Create an extension',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: noParams,
  query: noQuery,
  body: z.strictObject({ number, name: personName.optional(), email: email.optional() }),
  bodyKind: 'json',
  status: 201,
  response: Extension,
  problems: ['conflict'],
});

export const getExtension = defineEndpoint({
  name: 'getExtension',
  resource: 'extensions',
  method: 'GET',
  path: '/v1/extensions/{extension_id}',
  summary: 'Read an extension',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: z.object({ extension_id: idOf('extension') }),
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: Extension,
  problems: ['not_found'],
});

export const deleteExtension = defineEndpoint({
  name: 'deleteExtension',
  resource: 'extensions',
  method: 'DELETE',
  path: '/v1/extensions/{extension_id}',
  summary: 'Delete an extension and its user links',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: z.object({ extension_id: idOf('extension') }),
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 204,
  response: noContent,
  problems: ['not_found'],
});
