import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, noBody, noParams } from './parts.ts';

export const Caller = z
  .object({
    connection_id: idOf('connection'),
    source: z.enum(['crm', 'made']).meta({
      description:
        '`crm`: its search found the contact. `made`: Patchcord made the contact for an earlier call, and the search does not show it yet.',
    }),
    contact_id: z.string().nullable().meta({ description: "The CRM's id of the contact." }),
    contact_type: z
      .string()
      .nullable()
      .meta({
        description:
          "Which of the CRM's kinds of contacts it is, where the document tells; goes with `contact_id` into call events.",
        examples: ['lead'],
      }),
    name: z
      .string()
      .nullable()
      .meta({ description: 'Name of the contact.', examples: ['Grace Hopper'] }),
    company: z.string().nullable().meta({ description: 'Name of the company.' }),
    phones: z.array(z.string()).meta({ description: 'Numbers of the contact.' }),
    emails: z.array(z.string()).meta({ description: 'E-mail addresses of the contact.' }),
    url: z
      .string()
      .nullable()
      .meta({ description: 'Page of the contact in the CRM, http(s) only.' }),
  })
  .meta({ id: 'Caller', description: 'A person of a CRM with this number.' });

export const CallerAnswer = z
  .object({
    connection_id: idOf('connection'),
    status: z.enum(['found', 'ambiguous', 'not_found', 'not_asked', 'failed']).meta({
      description:
        '`not_asked`: the document has no FindContact, or the connection is closed just now.',
    }),
    message: z
      .string()
      .meta({ description: 'The reason in words.', examples: ['One person has this number.'] }),
  })
  .meta({ id: 'CallerAnswer', description: 'What one connection answered.' });

export const findCallers = defineEndpoint({
  name: 'findCallers',
  resource: 'callers',
  method: 'GET',
  path: '/v1/callers',
  summary: 'Who has this number?',
  description:
    'Asks every connection for at most 2 seconds. The number in the answer is compared with the number asked for: a CRM that answers everybody to a filter it does not know finds nobody here.',
  scopes: ['admin', 'organization', 'events'],
  within: 'organization',
  params: noParams,
  query: z.strictObject({
    number: z
      .string()
      .trim()
      .min(1)
      .max(60)
      .meta({
        description: 'The number, best with plus and country code.',
        examples: ['+442071838750'],
      }),
  }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: z.object({
    number: z
      .string()
      .meta({ description: 'The number as it was understood.', examples: ['+442071838750'] }),
    callers: z.array(Caller).meta({ description: 'All persons found.' }),
    connections: z.array(CallerAnswer).meta({ description: 'What each connection answered.' }),
  }),
  problems: [],
});
