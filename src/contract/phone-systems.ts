import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { externalId, externalPageQuery, idOf, moment, noQuery, pageOf } from './parts.ts';
import { ADMINISTERED, CREATE, LIST, PUT_EXTERNAL, READ } from './shapes.ts';

export const phoneSystemName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ description: 'Name for people.', examples: ['Head office'] });

const signaturesRequired = z.boolean().meta({
  description:
    'True: call events that are not signed with one of its signing secrets are refused. The key is needed as well; recordings are handed over with the key alone.',
});

/** What can be changed of a phone system; absent members stay. */
export const phoneSystemChange = z.strictObject({
  name: phoneSystemName.optional(),
  signatures_required: signaturesRequired.optional(),
});

export const PhoneSystem = z
  .object({
    id: idOf('phone system'),
    external_id: externalId.nullable(),
    name: phoneSystemName,
    webhook_path: z.string().meta({
      description: 'Where the original webhook of this phone system goes.',
      examples: ['/hooks/ringotel/01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10'],
    }),
    signatures_required: signaturesRequired,
    created_at: moment('When it was created.'),
  })
  .meta({ id: 'PhoneSystem', description: 'A source of call events with keys of its own.' });

export const listPhoneSystems = defineEndpoint({
  ...ADMINISTERED,
  ...LIST,
  query: z.strictObject(externalPageQuery),
  name: 'listPhoneSystems',
  resource: 'phone systems',
  path: '/v1/phone-systems',
  summary: 'List the phone systems',
  response: pageOf(PhoneSystem),
});

export const createPhoneSystem = defineEndpoint({
  ...ADMINISTERED,
  ...CREATE,
  name: 'createPhoneSystem',
  resource: 'phone systems',
  path: '/v1/phone-systems',
  summary: 'Create a phone system',
  description: 'It sends nothing before it has a key: `POST /v1/keys` with the scope `events`.',
  body: z.strictObject({ external_id: externalId.optional(), name: phoneSystemName }),
  response: PhoneSystem,
  problems: ['conflict'],
});

export const putPhoneSystem = defineEndpoint({
  ...ADMINISTERED,
  ...PUT_EXTERNAL,
  name: 'putPhoneSystem',
  resource: 'phone systems',
  path: '/v1/phone-systems/external/{external_id}',
  summary: 'Make or change a phone system by its external id',
  description: 'The same body again changes nothing.',
  body: z.strictObject({ name: phoneSystemName }),
  response: PhoneSystem,
  problems: ['conflict', 'precondition_failed'],
});

export const getPhoneSystem = defineEndpoint({
  ...ADMINISTERED,
  ...READ,
  name: 'getPhoneSystem',
  resource: 'phone systems',
  path: '/v1/phone-systems/{phone_system_id}',
  summary: 'Read a phone system',
  params: z.object({ phone_system_id: idOf('phone system') }),
  response: PhoneSystem,
});

export const updatePhoneSystem = defineEndpoint({
  ...ADMINISTERED,
  name: 'updatePhoneSystem',
  resource: 'phone systems',
  method: 'PATCH',
  path: '/v1/phone-systems/{phone_system_id}',
  summary: 'Change a phone system',
  description:
    'Members that are absent stay. Signatures can be required once the phone system has a signing secret.',
  params: z.object({ phone_system_id: idOf('phone system') }),
  query: noQuery,
  body: phoneSystemChange,
  bodyKind: 'json',
  status: 200,
  response: PhoneSystem,
  etag: 'optional',
  problems: ['not_found', 'conflict', 'precondition_failed'],
});
