import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, pageOf } from './parts.ts';
import { ADMINISTERED, CREATE, LIST, REMOVE } from './shapes.ts';

const scope = z.enum(['admin', 'organization', 'events']).meta({
  description:
    '`admin`: the whole server. `organization`: one organization. `events`: one phone system sends call events, recordings and asks for callers.',
});
export const keyName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ description: 'What the key is for.', examples: ['Head office PBX'] });

export const Key = z
  .object({
    id: idOf('key'),
    name: keyName,
    scope,
    phone_system_id: idOf('phone system').nullable(),
    prefix: z
      .string()
      .meta({ description: 'First characters of the key.', examples: ['pc_ev_4f7a'] }),
    created_at: moment('When it was created.'),
    last_used_at: moment('When it was last used; a few minutes late.').nullable(),
    expires_at: moment('When it stops working.').nullable(),
    revoked_at: moment('When it was revoked.').nullable(),
  })
  .meta({ id: 'Key', description: 'An API key without its secret.' });

export const CreatedKey = Key.extend({
  key: z.string().meta({ description: 'The key itself: shown this once.', examples: ['pc_ev_…'] }),
}).meta({ id: 'CreatedKey', description: 'A key just created, with its secret.' });

export const listKeys = defineEndpoint({
  ...ADMINISTERED,
  ...LIST,
  name: 'listKeys',
  resource: 'keys',
  path: '/v1/keys',
  summary: 'List the keys of the organization',
  response: pageOf(Key),
});

export const createKey = defineEndpoint({
  ...ADMINISTERED,
  ...CREATE,
  name: 'createKey',
  resource: 'keys',
  path: '/v1/keys',
  summary: 'Create a key',
  description:
    'The answer holds the key this once. Keys of the scope `admin` are made by `patchcord key create` only.',
  body: z.strictObject({
    name: keyName,
    scope: scope.exclude(['admin']),
    phone_system_id: idOf('phone system')
      .optional()
      .meta({ description: 'Required with the scope `events`, refused with the other.' }),
    expires_at: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When it stops working; never, unless said.' }),
  }),
  response: CreatedKey,
  problems: ['not_found'],
});

export const revokeKey = defineEndpoint({
  ...ADMINISTERED,
  ...REMOVE,
  name: 'revokeKey',
  resource: 'keys',
  path: '/v1/keys/{key_id}',
  summary: 'Revoke a key',
  description: 'It stops working at once and stays in the list.',
  params: z.object({ key_id: idOf('key') }),
});
