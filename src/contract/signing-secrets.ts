import * as z from 'zod';

import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, pageOf } from './parts.ts';
import { ADMINISTERED, CREATE, LIST, REMOVE } from './shapes.ts';

export const SigningSecret = z
  .object({
    id: idOf('signing secret'),
    created_at: moment('When it was created.'),
    last_used_at: moment('When a signature was last made with it; a few minutes late.').nullable(),
  })
  .meta({ id: 'SigningSecret', description: 'A signing secret without its text.' });

const text = z.string().meta({
  description: '`whsec_` and Base64 of 24 to 64 random bytes, as Standard Webhooks writes them.',
  examples: ['whsec_…'],
});

export const CreatedSigningSecret = SigningSecret.extend({
  secret: text.meta({
    description: 'The signing secret itself: shown this once.',
    examples: ['whsec_…'],
  }),
}).meta({
  id: 'CreatedSigningSecret',
  description: 'A signing secret just created, with its text.',
});

const OPERATED = {
  resource: 'shared phone systems',
  scopes: ['admin'],
  within: 'server',
} as const;
const OWNED = { ...ADMINISTERED, resource: 'phone systems' } as const;
const one = z.object({ phone_system_id: idOf('phone system') });
const both = one.extend({ signing_secret_id: idOf('signing secret') });
const body = z.strictObject({
  secret: text
    .max(200)
    .optional()
    .meta({ description: 'One that your phone system has made; without it Patchcord makes one.' }),
});
const CREATING =
  'The answer holds it this once. With it the phone system signs its call events by Standard Webhooks: a request with the header `webhook-signature` is judged from now on. A phone system has at most two, so that one can take the place of the other: create, let the phone system sign with it, delete the one before.';
const REMOVING =
  'What is signed with it is refused at once. The only one stays while signatures are required.';

export const listSigningSecrets = defineEndpoint({
  ...OWNED,
  ...LIST,
  name: 'listSigningSecrets',
  path: '/v1/phone-systems/{phone_system_id}/signing-secrets',
  summary: 'List the signing secrets of a phone system',
  params: one,
  response: pageOf(SigningSecret),
  problems: ['not_found'],
});

export const createSigningSecret = defineEndpoint({
  ...OWNED,
  ...CREATE,
  name: 'createSigningSecret',
  path: '/v1/phone-systems/{phone_system_id}/signing-secrets',
  summary: 'Create a signing secret',
  description: CREATING,
  params: one,
  body,
  response: CreatedSigningSecret,
  problems: ['not_found', 'conflict'],
});

export const deleteSigningSecret = defineEndpoint({
  ...OWNED,
  ...REMOVE,
  name: 'deleteSigningSecret',
  path: '/v1/phone-systems/{phone_system_id}/signing-secrets/{signing_secret_id}',
  summary: 'Delete a signing secret',
  description: REMOVING,
  params: both,
  problems: ['not_found', 'conflict'],
});

export const listSharedSigningSecrets = defineEndpoint({
  ...OPERATED,
  ...LIST,
  name: 'listSharedSigningSecrets',
  path: '/v1/shared-phone-systems/{phone_system_id}/signing-secrets',
  summary: 'List the signing secrets of a shared phone system',
  params: one,
  response: pageOf(SigningSecret),
  problems: ['not_found'],
});

export const createSharedSigningSecret = defineEndpoint({
  ...OPERATED,
  ...CREATE,
  name: 'createSharedSigningSecret',
  path: '/v1/shared-phone-systems/{phone_system_id}/signing-secrets',
  summary: 'Create a signing secret for a shared phone system',
  description: CREATING,
  params: one,
  body,
  response: CreatedSigningSecret,
  problems: ['not_found', 'conflict'],
});

export const deleteSharedSigningSecret = defineEndpoint({
  ...OPERATED,
  ...REMOVE,
  name: 'deleteSharedSigningSecret',
  path: '/v1/shared-phone-systems/{phone_system_id}/signing-secrets/{signing_secret_id}',
  summary: 'Delete a signing secret of a shared phone system',
  description: REMOVING,
  params: both,
  problems: ['not_found', 'conflict'],
});
