import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, noBody, noParams } from './parts.ts';

const month = (description: string) =>
  z
    .string()
    .regex(/^\d{4}-(?:0[1-9]|1[0-2])$/u, 'must be a month, for example 2026-03')
    .meta({ description, examples: ['2026-03'] });

const count = (description: string, example: number) =>
  z
    .number()
    .int()
    .min(0)
    .meta({ description, examples: [example] });

const UsageMonth = z
  .object({
    organization_id: idOf('organization'),
    month: month('The month, in UTC.'),
    calls: count('Calls that began.', 1840),
    delivered_steps: count('Steps that the CRM has carried out.', 5310),
    parked_steps: count('How often a step was parked.', 4),
    recordings: count('Recordings that were taken.', 312),
    recording_bytes: count('Bytes of them.', 412_876_800),
    lookups: count('Questions to whom a number belongs.', 960),
    crm_requests: count('Requests to CRMs for steps and look-ups, repeats included.', 6402),
  })
  .meta({
    id: 'UsageMonth',
    description: 'What an organization used in a month. It stays when its calls have gone.',
  });

const range = {
  from: month('First month; the first of all when absent.').optional(),
  to: month('Last month; this one when absent.').optional(),
};

const usage = z.object({
  items: z.array(UsageMonth).meta({ description: 'Months with any use, oldest first.' }),
});

const read = {
  method: 'GET',
  resource: 'organizations',
  within: 'server',
  query: z.strictObject(range),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: usage,
} as const;

export const listUsage = defineEndpoint({
  ...read,
  name: 'listUsage',
  path: '/v1/usage',
  summary: 'List what all organizations used, by month',
  scopes: ['admin'],
  params: noParams,
  problems: [],
});

export const getOrganizationUsage = defineEndpoint({
  ...read,
  name: 'getOrganizationUsage',
  path: '/v1/organizations/{organization_id}/usage',
  summary: 'List what an organization used, by month',
  description: 'A key of an organization reads its own.',
  scopes: ['admin', 'organization'],
  params: z.object({ organization_id: idOf('organization') }),
  problems: ['not_found'],
});
