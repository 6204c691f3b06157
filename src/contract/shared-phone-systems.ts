import * as z from 'zod';

import { RefusedEvent } from './call-events.ts';
import { defineEndpoint } from './endpoint.ts';
import { CreatedKey, Key, keyName } from './keys.ts';
import { externalId, externalPageQuery, idOf, noQuery, pageOf } from './parts.ts';
import { PhoneSystem, phoneSystemChange, phoneSystemName } from './phone-systems.ts';
import { CREATE, LIST, PUT_EXTERNAL, READ, REMOVE } from './shapes.ts';

const OPERATED = {
  resource: 'shared phone systems',
  scopes: ['admin'],
  within: 'server',
} as const;
const one = z.object({ phone_system_id: idOf('phone system') });
const path = '/v1/shared-phone-systems';

export const listSharedPhoneSystems = defineEndpoint({
  ...OPERATED,
  ...LIST,
  query: z.strictObject(externalPageQuery),
  name: 'listSharedPhoneSystems',
  path,
  summary: 'List the shared phone systems',
  response: pageOf(PhoneSystem),
});

export const createSharedPhoneSystem = defineEndpoint({
  ...OPERATED,
  ...CREATE,
  name: 'createSharedPhoneSystem',
  path,
  summary: 'Create a shared phone system',
  description:
    'It belongs to no organization: each of its events names one by `domain`, and the call belongs to that organization alone.',
  body: z.strictObject({ external_id: externalId.optional(), name: phoneSystemName }),
  response: PhoneSystem,
  problems: ['conflict'],
});

export const putSharedPhoneSystem = defineEndpoint({
  ...OPERATED,
  ...PUT_EXTERNAL,
  name: 'putSharedPhoneSystem',
  path: `${path}/external/{external_id}`,
  summary: 'Make or change a shared phone system by its external id',
  description: 'The same body again changes nothing.',
  body: z.strictObject({ name: phoneSystemName }),
  response: PhoneSystem,
  problems: ['conflict', 'precondition_failed'],
});

export const getSharedPhoneSystem = defineEndpoint({
  ...OPERATED,
  ...READ,
  name: 'getSharedPhoneSystem',
  path: `${path}/{phone_system_id}`,
  summary: 'Read a shared phone system',
  params: one,
  response: PhoneSystem,
});

export const updateSharedPhoneSystem = defineEndpoint({
  ...OPERATED,
  name: 'updateSharedPhoneSystem',
  method: 'PATCH',
  path: `${path}/{phone_system_id}`,
  summary: 'Change a shared phone system',
  description:
    'Members that are absent stay. Signatures can be required once the phone system has a signing secret.',
  params: one,
  query: noQuery,
  body: phoneSystemChange,
  bodyKind: 'json',
  status: 200,
  response: PhoneSystem,
  etag: 'optional',
  problems: ['not_found', 'conflict', 'precondition_failed'],
});

export const listSharedKeys = defineEndpoint({
  ...OPERATED,
  ...LIST,
  name: 'listSharedKeys',
  path: `${path}/{phone_system_id}/keys`,
  summary: 'List the keys of a shared phone system',
  params: one,
  response: pageOf(Key),
  problems: ['not_found'],
});

export const createSharedKey = defineEndpoint({
  ...OPERATED,
  ...CREATE,
  name: 'createSharedKey',
  path: `${path}/{phone_system_id}/keys`,
  summary: 'Create a key for a shared phone system',
  description:
    'The answer holds the key this once. It reports events and hands recordings over, and does nothing else.',
  params: one,
  body: z.strictObject({
    name: keyName,
    expires_at: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'When it stops working; never, unless said.' }),
  }),
  response: CreatedKey,
  problems: ['not_found'],
});

export const revokeSharedKey = defineEndpoint({
  ...OPERATED,
  ...REMOVE,
  name: 'revokeSharedKey',
  path: `${path}/{phone_system_id}/keys/{key_id}`,
  summary: 'Revoke a key of a shared phone system',
  description: 'It stops working at once and stays in the list.',
  params: z.object({ phone_system_id: idOf('phone system'), key_id: idOf('key') }),
});

export const listSharedRefusedEvents = defineEndpoint({
  ...OPERATED,
  ...LIST,
  name: 'listSharedRefusedEvents',
  path: `${path}/{phone_system_id}/refused-events`,
  summary: 'List the events that were not taken',
  description:
    'Those without a `domain`, those whose domain no organization has, and those of a wrong form, whatever their domain. Kept for 7 days, the newest 1,000, oldest first.',
  params: one,
  response: pageOf(RefusedEvent),
  problems: ['not_found'],
});
