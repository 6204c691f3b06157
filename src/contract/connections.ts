import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import {
  externalId,
  externalPageQuery,
  idOf,
  moment,
  noBody,
  noParams,
  noQuery,
  pageOf,
} from './parts.ts';
import { Exchange } from './exchanges.ts';
import { SignIn, SignInAccount } from './sign-in-state.ts';

export const connectionName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ description: 'Name for people.', examples: ['Support desk'] });
export const propertyValues = z.record(z.string().max(60), z.string().max(65_536)).meta({
  description: 'Value of each property by its label.',
  examples: [{ 'Instance URL': 'https://crm.example.com', 'API key': 'k-…' }],
});

export const ConnectionState = z
  .enum(['active', 'throttled', 'broken', 'needs_auth', 'forbidden', 'paused'])
  .meta({
    id: 'ConnectionState',
    description:
      '`active`: calls are written. `throttled`: the CRM asked for a pause. `broken`: the CRM, or its sign-in server, fails or does not answer; tried again by itself. `needs_auth`: the credentials were refused, or a person must sign in. `forbidden`: the CRM refuses these rights. Both end with new credentials, a new sign-in or a successful test. `paused`: by somebody.',
  });

/** The options themselves are described where they are read; the server puts that schema here. */
export const ConnectionOptions = z.record(z.string(), z.unknown()).meta({
  id: 'ConnectionOptions',
  description: 'Rules of a connection; absent ones have defaults.',
});

const ConnectionLimit = z
  .object({
    requests: z
      .number()
      .int()
      .meta({ description: 'So many requests …', examples: [100] }),
    per_seconds: z.number().meta({ description: '… within any so many seconds.', examples: [60] }),
    burst: z
      .number()
      .int()
      .optional()
      .meta({ description: 'So many of them may leave at once.', examples: [10] }),
  })
  .meta({ id: 'ConnectionLimit', description: 'A limit of the requests to a CRM.' });

export const Connection = z
  .object({
    id: idOf('connection'),
    external_id: externalId.nullable(),
    name: connectionName,
    integration_id: idOf('integration'),
    integration_version: z
      .number()
      .int()
      .meta({ description: 'Version of the document in use.', examples: [1] }),
    state: ConnectionState,
    state_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it is in this state and what to do, in words.' }),
    warnings: z.array(z.string()).meta({
      description: 'What seems wrong although it works, and what to do, in words.',
    }),
    sign_in: SignIn.nullable().meta({
      description: 'Its sign-in at the CRM; null where the properties alone authorise requests.',
    }),
    properties: z.record(z.string(), z.string()).meta({
      description:
        'Values of the properties that are not secret, those that came with the sign-in too.',
    }),
    secrets_set: z
      .array(z.string())
      .meta({ description: 'Labels of the secret properties that have a value.' }),
    options: ConnectionOptions,
    options_from: z.record(z.string(), z.enum(['connection', 'document'])).meta({
      description:
        "Where an option's value comes from: chosen for this connection, or said by the document. An option that is not named has Patchcord's default.",
      examples: [{ concurrency: 'document', log_missed: 'connection' }],
    }),
    limits: z.array(ConnectionLimit).meta({
      description:
        "How many requests the CRM gets at most, of calls and look-ups together: the document's `limits`, or the option `rate` in their place.",
    }),
    origins: z.array(z.string()).meta({
      description: 'The only addresses its credentials go to.',
      examples: [['https://crm.example.com']],
    }),
    revision: z
      .number()
      .int()
      .meta({ description: 'Grows with each change; the ETag begins with it.', examples: [1] }),
    created_at: moment('When it was created.'),
    updated_at: moment('When it was last changed.'),
  })
  .meta({ id: 'Connection', description: "One organization's configured use of an integration." });

const base = {
  resource: 'connections',
  scopes: ['admin', 'organization'],
  within: 'organization',
  query: noQuery,
} as const;
const one = { ...base, params: z.object({ connection_id: idOf('connection') }) } as const;

export const listConnections = defineEndpoint({
  ...base,
  name: 'listConnections',
  method: 'GET',
  path: '/v1/connections',
  summary: 'List the connections',
  params: noParams,
  query: z.strictObject(externalPageQuery),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: pageOf(Connection),
  problems: [],
});

export const createConnection = defineEndpoint({
  ...base,
  name: 'createConnection',
  method: 'POST',
  path: '/v1/connections',
  summary: 'Connect a CRM',
  description:
    'Uses the newest version of the integration. Secret values are stored encrypted and never read back.',
  params: noParams,
  body: z.strictObject({
    external_id: externalId.optional(),
    integration_id: idOf('integration'),
    name: connectionName.optional(),
    properties: propertyValues.default({}),
    options: ConnectionOptions.optional(),
  }),
  bodyKind: 'json',
  status: 201,
  response: Connection,
  etag: 'read',
  problems: ['not_found'],
});

export const getConnection = defineEndpoint({
  ...one,
  name: 'getConnection',
  method: 'GET',
  path: '/v1/connections/{connection_id}',
  summary: 'Read a connection, without its secrets',
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: Connection,
  etag: 'read',
  problems: ['not_found'],
});

export const updateConnection = defineEndpoint({
  ...one,
  name: 'updateConnection',
  method: 'PATCH',
  path: '/v1/connections/{connection_id}',
  summary: 'Change a connection',
  description:
    'Members that are absent stay. `properties` and `options` are merged by key; a property with `""` loses its value. A change that leads to a new address (see `origins`) must bring the secrets along: stored ones never go to an address they were not entered for, and a sign-in at the CRM must be made anew.',
  body: z.strictObject({
    name: connectionName.optional(),
    properties: propertyValues.optional(),
    options: ConnectionOptions.optional(),
    integration_version: z
      .number()
      .int()
      .min(1)
      .optional()
      .meta({ description: 'Move to this version of the document.', examples: [2] }),
  }),
  bodyKind: 'json',
  status: 200,
  response: Connection,
  etag: 'required',
  problems: ['not_found', 'origins_changed', 'precondition_required', 'precondition_failed'],
});

export const ConnectionTest = z
  .object({
    ok: z.boolean().meta({ description: 'True when the CRM accepted the credentials.' }),
    method: z
      .string()
      .nullable()
      .meta({ description: 'The method that ran.', examples: ['Users'] }),
    message: z
      .string()
      .meta({ description: 'The result in words.', examples: ['The CRM answered with 3 users.'] }),
    account: SignInAccount.nullable().meta({
      description: 'The account of the CRM that answered; null where it did not say.',
    }),
    outcome: z
      .string()
      .nullable()
      .meta({ description: 'Outcome of the request, when one was sent.' }),
    exchanges: z
      .array(Exchange)
      .meta({ description: 'What was sent and answered, without secrets.' }),
  })
  .meta({ id: 'ConnectionTest', description: 'Result of a connection test.' });

export const testConnection = defineEndpoint({
  ...one,
  name: 'testConnection',
  method: 'POST',
  path: '/v1/connections/{connection_id}/test',
  summary: 'Ask the CRM whether it accepts the credentials',
  repeatable: true,
  description:
    'Runs `Users`, else `Account`, else the first look-up with GET; beside `Users` also `Account`, to say which account it is. The answer is 200 also when the CRM refuses. A successful test ends the states `needs_auth`, `forbidden` and `broken`: waiting calls go on.',
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: ConnectionTest,
  problems: ['not_found'],
});

export const pauseConnection = defineEndpoint({
  ...one,
  name: 'pauseConnection',
  method: 'POST',
  path: '/v1/connections/{connection_id}/pause',
  summary: 'Stop writing to the CRM; calls wait',
  etag: 'read',
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: Connection,
  problems: ['not_found', 'conflict'],
});

export const resumeConnection = defineEndpoint({
  ...one,
  name: 'resumeConnection',
  method: 'POST',
  path: '/v1/connections/{connection_id}/resume',
  summary: 'Write to the CRM again; waiting calls go first',
  etag: 'read',
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: Connection,
  problems: ['not_found', 'conflict'],
});
