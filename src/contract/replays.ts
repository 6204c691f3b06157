import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noParams, noQuery } from './parts.ts';

const count = (description: string): z.ZodNumber =>
  z
    .number()
    .int()
    .meta({ description, examples: [12] });

export const Replay = z
  .object({
    preview: z.boolean().meta({ description: 'True when nothing was changed.' }),
    steps: count('Parked steps that are tried again.'),
    calls: count('Calls that they belong to.'),
    left_to_people: count(
      'Parked steps that are left as they are: nobody knows whether the CRM did them, and the document has no method to ask. Settle them one by one.',
    ),
    more: z.boolean().meta({
      description: 'More steps are parked than one request takes: ask again for the others.',
    }),
    last_at: moment(
      'When the last of them is tried; null when there is nothing to try.',
    ).nullable(),
  })
  .meta({ id: 'Replay', description: 'What trying many parked steps again comes to.' });

export const replayMany = defineEndpoint({
  resource: 'calls',
  scopes: ['admin', 'organization'],
  within: 'organization',
  query: noQuery,
  name: 'replayMany',
  method: 'POST',
  path: '/v1/replays',
  summary: 'Try many parked steps again',
  description:
    "All parked steps of the organization, or those that the members choose, at most 5,000. They begin one call after the other, at a tenth of the connection's rate (without a rate one call at a time), so that today's calls go first. Each call keeps its order, and asking twice does it once. With `preview` nothing is changed, and the answer says what would be.",
  params: noParams,
  body: z.strictObject({
    connection_id: idOf('connection').optional(),
    reason: z
      .string()
      .min(1)
      .max(60)
      .optional()
      .meta({
        description: 'Why they are parked, as `reason` of a step says.',
        examples: ['gave_up'],
      }),
    since: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Calls that came at or after this moment.' }),
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .meta({ description: 'Calls that came before it.' }),
    preview: z.boolean().default(false).meta({ description: 'Only say what would be done.' }),
  }),
  bodyKind: 'json',
  status: 200,
  response: Replay,
  problems: [],
});
