import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, pageOf } from './parts.ts';
import { ADMINISTERED, CREATE, LIST, READ, REMOVE } from './shapes.ts';

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
  ...ADMINISTERED,
  ...LIST,
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
  body: z.strictObject({ number, name: personName.optional(), email: email.optional() }),
  response: Extension,
  problems: ['conflict'],
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
