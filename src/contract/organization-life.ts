import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noBody, noQuery } from './parts.ts';

const ofOrganization = {
  resource: 'organizations',
  scopes: ['admin'],
  within: 'server',
  params: z.object({ organization_id: idOf('organization') }),
  query: noQuery,
  status: 200,
} as const;

export const organizationState = z.enum(['active', 'suspended', 'deleting']).meta({
  description:
    '`suspended`: its keys are refused and nothing goes to its CRMs, while the events of its phone systems are kept. `deleting`: everything of it is being removed.',
  examples: ['suspended'],
});

export const OrganizationState = z
  .object({
    organization_id: idOf('organization'),
    state: organizationState,
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why, in words of the operator.', examples: ['Invoice 4711 is open'] }),
    since: moment('Since when; of an active organization when it was created.'),
    removed_rows: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'While it is deleted: how many rows have gone.', examples: [null] }),
  })
  .meta({ id: 'OrganizationState', description: 'Whether an organization works, and why not.' });

export const getOrganizationState = defineEndpoint({
  ...ofOrganization,
  name: 'getOrganizationState',
  method: 'GET',
  path: '/v1/organizations/{organization_id}/state',
  summary: 'Read whether an organization works',
  description: 'Answers 404 once it is deleted, and says so.',
  body: noBody,
  bodyKind: 'none',
  response: OrganizationState,
  problems: ['not_found'],
});

export const suspendOrganization = defineEndpoint({
  ...ofOrganization,
  name: 'suspendOrganization',
  method: 'POST',
  path: '/v1/organizations/{organization_id}/suspend',
  summary: 'Suspend an organization',
  description:
    'Its keys get 403 `organization_suspended`, and nothing is sent to its CRMs. The events of its phone systems are still taken and kept; they go out in order after `resume`. The same again changes nothing.',
  repeatable: true,
  body: z.strictObject({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'Why; its keys are told.', examples: ['Invoice 4711 is open'] }),
  }),
  bodyKind: 'json',
  response: OrganizationState,
  problems: ['not_found', 'conflict'],
});

export const resumeOrganization = defineEndpoint({
  ...ofOrganization,
  name: 'resumeOrganization',
  method: 'POST',
  path: '/v1/organizations/{organization_id}/resume',
  summary: 'Let a suspended organization work again',
  description: 'What waited goes to its CRMs in order. The same again changes nothing.',
  repeatable: true,
  body: noBody,
  bodyKind: 'none',
  response: OrganizationState,
  problems: ['not_found', 'conflict'],
});

export const exportOrganization = defineEndpoint({
  ...ofOrganization,
  name: 'exportOrganization',
  method: 'GET',
  path: '/v1/organizations/{organization_id}/export',
  summary: 'Export everything of an organization',
  description:
    'Lines of JSON (NDJSON), each with `record`, which says what it is: the organization, phone systems, extensions, keys, integrations, connections, user links, calls with events, steps, attempts and exchanges, recordings as a list, audit, usage. No secrets: of keys and credentials only their names. The last line, `end`, counts the lines; without it the export was cut off.',
  body: noBody,
  bodyKind: 'none',
  responseType: 'application/x-ndjson; charset=utf-8',
  response: z
    .custom<AsyncIterable<string> | string>((value) => Boolean(value))
    .meta({
      description: 'One JSON object per line.',
      examples: ['{"record":"export","format":1}\n{"record":"end","lines":2}\n'],
    }),
  problems: ['not_found'],
});

export const deleteOrganization = defineEndpoint({
  ...ofOrganization,
  name: 'deleteOrganization',
  method: 'POST',
  path: '/v1/organizations/{organization_id}/delete',
  summary: 'Delete an organization for good',
  description:
    'It must be suspended, and the request must repeat its name. Everything of it goes, recordings included, in small steps; the state says how far that is. It cannot be undone: export it first. One entry of the audit stays, without names. The same again while it goes changes nothing; once it is gone the answer is 404 and says that it is deleted.',
  repeatable: true,
  body: z.strictObject({
    name: z
      .string()
      .meta({ description: 'Its name, exactly as it is written.', examples: ['Acme Ltd'] }),
  }),
  bodyKind: 'json',
  status: 202,
  response: OrganizationState,
  problems: ['not_found', 'conflict'],
});
