import * as z from 'zod';

import { Connection, connectionName, ConnectionOptions, propertyValues } from './connections.ts';
import { defineEndpoint } from './endpoint.ts';
import { idOf } from './parts.ts';
import { ADMINISTERED, PUT_EXTERNAL } from './shapes.ts';

const body = z
  .strictObject({
    integration_id: idOf('integration').optional(),
    document_id: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .meta({
        description:
          "The integration by the `id` of its document: the organization's own one, else a shipped one.",
        examples: ['example'],
      }),
    integration_version: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({
        description:
          'Version of the document. Without it a new connection takes the newest one, and an old one stays at its own.',
        examples: [1],
      }),
    name: connectionName,
    properties: propertyValues.default({}).meta({
      description:
        'Value of each property by its label. A secret that is not given keeps its value, any other property loses it; `""` takes a secret away.',
    }),
    options: ConnectionOptions.default({}),
  })
  .refine((given) => (given.integration_id === undefined) !== (given.document_id === undefined), {
    message: 'must name the integration by `integration_id` or by `document_id`, not by both',
  })
  .meta({
    examples: [
      {
        document_id: 'example',
        name: 'Support desk',
        properties: { 'Instance URL': 'https://crm.example.com', 'API key': 'k-…' },
        options: { log_missed: true },
      },
    ],
  });

export const putConnection = defineEndpoint({
  ...ADMINISTERED,
  ...PUT_EXTERNAL,
  name: 'putConnection',
  resource: 'connections',
  path: '/v1/connections/external/{external_id}',
  summary: 'Make or change a connection by its external id',
  description:
    'It becomes exactly what the body says; its state stays. The same body again changes nothing, also with the same secrets. New values end the states `needs_auth` and `forbidden`. A change that leads to a new address (see `origins`) must bring the secrets along. A connection keeps its integration.',
  body,
  response: Connection,
  problems: ['not_found', 'conflict', 'origins_changed', 'precondition_failed'],
});
