import * as z from 'zod';

import { defineEndpoint } from './endpoint.ts';
import { externalId, idOf } from './parts.ts';
import { ADMINISTERED, PUT_EXTERNAL } from './shapes.ts';
import { crmUserId, UserLink } from './user-links.ts';

const CONNECTION = ['connection_id', 'connection_external_id'] as const;
const EXTENSION = ['extension_id', 'extension_external_id', 'extension_number'] as const;

const body = z
  .strictObject({
    connection_id: idOf('connection').optional(),
    connection_external_id: externalId
      .optional()
      .meta({ description: 'The connection by its external id.', examples: ['crm-4711'] }),
    extension_id: idOf('extension').optional(),
    extension_external_id: externalId
      .optional()
      .meta({ description: 'The extension by its external id.', examples: ['person-12'] }),
    extension_number: z
      .string()
      .trim()
      .min(1)
      .max(32)
      .optional()
      .meta({ description: 'The extension by its number.', examples: ['101'] }),
    crm_user_id: crmUserId,
    crm_user_name: z
      .string()
      .max(500)
      .optional()
      .meta({ description: 'Name in the CRM, for lists.', examples: ['Ada Lovelace'] }),
  })
  .refine((given) => isOneOf(given, CONNECTION), {
    message:
      'must name the connection by `connection_id` or by `connection_external_id`, not by both',
  })
  .refine((given) => isOneOf(given, EXTENSION), {
    message:
      'must name the extension by one of `extension_id`, `extension_external_id` and `extension_number`',
  })
  .meta({
    examples: [
      {
        connection_external_id: 'crm-4711',
        extension_number: '101',
        crm_user_id: '14',
        crm_user_name: 'Ada Lovelace',
      },
    ],
  });

export const putExternalUserLink = defineEndpoint({
  ...ADMINISTERED,
  ...PUT_EXTERNAL,
  name: 'putExternalUserLink',
  resource: 'user links',
  path: '/v1/user-links/external/{external_id}',
  summary: 'Make or change a user link by its external id',
  description:
    'Connection and extension may be named by their external ids. The same body again changes nothing, and the CRM is not asked. A link of this extension and connection that has no external id yet is taken over.',
  body,
  response: UserLink,
  problems: ['not_found', 'conflict', 'precondition_failed', 'upstream_failed'],
});

function isOneOf(given: object, names: readonly string[]): boolean {
  return names.filter((name) => Reflect.get(given, name) !== undefined).length === 1;
}
