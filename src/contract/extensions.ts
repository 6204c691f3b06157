import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { externalId, externalPageQuery, idOf, moment, pageOf } from './parts.ts';
import { ADMINISTERED, CREATE, LIST, PUT_EXTERNAL, READ, REMOVE } from './shapes.ts';

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
    external_id: externalId.nullable(),
    number,
    name: personName.nullable(),
    email: email.nullable(),
    created_at: moment('When it was created.'),
  })
  .meta({ id: 'Extension', description: 'One phone user of the organization.' });

const extensionBody = { number, name: personName.optional(), email: email.optional() };

export const listExtensions = defineEndpoint({
  ...ADMINISTERED,
  ...LIST,
  query: z.strictObject(externalPageQuery),
  name: 'listExtensions',
  resource: 'extensions',
  path: '/v1/extensions',
  summary: 'List the extensions',
  response: pageOf(Extension),
});

export const createExtension = defineEndpoint({
  ...ADMINISTERED,
  ...CREATE,
  name: 'createExtension',
  resource: 'extensions',
  path: '/v1/extensions',
  summary: 'Create an extension',
  body: z.strictObject({ external_id: externalId.optional(), ...extensionBody }),
  response: Extension,
  problems: ['conflict'],
});

export const putExtension = defineEndpoint({
  ...ADMINISTERED,
  ...PUT_EXTERNAL,
  name: 'putExtension',
  resource: 'extensions',
  path: '/v1/extensions/external/{external_id}',
  summary: 'Make or change an extension by its external id',
  description:
    'It becomes exactly what the body says. The same body again changes nothing. An extension of this number that has no external id yet is taken over, with its user links.',
  body: z.strictObject(extensionBody),
  response: Extension,
  problems: ['conflict', 'precondition_failed'],
});

export const getExtension = defineEndpoint({
  ...ADMINISTERED,
  ...READ,
  name: 'getExtension',
  resource: 'extensions',
  path: '/v1/extensions/{extension_id}',
  summary: 'Read an extension',
  params: z.object({ extension_id: idOf('extension') }),
  response: Extension,
});

export const deleteExtension = defineEndpoint({
  ...ADMINISTERED,
  ...REMOVE,
  name: 'deleteExtension',
  resource: 'extensions',
  path: '/v1/extensions/{extension_id}',
  summary: 'Delete an extension and its user links',
  params: z.object({ extension_id: idOf('extension') }),
});
