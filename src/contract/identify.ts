import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, noBody, noParams } from './parts.ts';

const text = (description: string): z.ZodNullable<z.ZodString> =>
  z.string().nullable().meta({ description });

export const Caller = z
  .object({
    connection_id: idOf('connection'),
    source: z.enum(['index', 'made', 'crm']).meta({
      description:
        "`index`: the copy of the CRM's contacts. `made`: Patchcord made the contact for an earlier call. `crm`: its own search found the contact.",
    }),
    chosen: z.boolean().meta({
      description: "Whose call it is, by the connection's rule for several matches.",
    }),
    matched: z.enum(['e164', 'national', 'switchboard', 'suffix', 'possible']).nullable().meta({
      description:
        "How the index has the number. `e164`: the whole number. `national`: as it was dialled before its country changed its numbers. `switchboard`: a company's number such as `030 90182-0`, behind which it is a direct dial. `suffix`: its last digits, where the connection's options say how many are enough. `possible`: its digits, but one of the two does not name its country, so that it may be somebody else's: never chosen, a person must say. Null where a CRM was asked.",
    }),
    contact_kind: z.enum(['person', 'company']).meta({ description: 'What the contact is.' }),
    contact_id: text("The CRM's id of the contact."),
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
    company: text('Name of the company.'),
    job_title: text('What the person does there.'),
    phones: z.array(z.string()).meta({ description: 'Numbers of the contact.' }),
    emails: z.array(z.string()).meta({ description: 'E-mail addresses of the contact.' }),
    url: text('Page of the contact in the CRM, http(s) only.'),
  })
  .meta({ id: 'Caller', description: 'A person or company of a CRM with this number.' });

const IdentifyStep = z
  .object({
    source: z.enum(['own_numbers', 'index', 'made', 'memory', 'crm']).meta({
      description:
        "Who was asked: the organization's own numbers, the index of contacts, the contacts that Patchcord made, what the CRM said in the last half minute, or the CRM.",
    }),
    asked: z
      .string()
      .meta({ description: 'The form of the number that was asked for.', examples: ['e164'] }),
    answered: z.int().meta({ description: 'Contacts in the answer.' }),
    matched: z.int().meta({ description: 'Those of them that have the number.' }),
    message: z.string().meta({
      description: 'What came of it, and why contacts of the answer were refused.',
      examples: ['Nobody in the index has this number.'],
    }),
    duration_ms: z.number().meta({ description: 'How long it took.', examples: [0.4] }),
  })
  .meta({ id: 'IdentifyStep', description: 'One question that was asked to find the caller.' });

export const CallerAnswer = z
  .object({
    connection_id: idOf('connection'),
    status: z
      .enum(['found', 'ambiguous', 'not_found', 'own_number', 'late', 'not_asked', 'failed'])
      .meta({
        description:
          '`ambiguous`: several people have the number, or somebody may have it, and a person must choose. `own_number`: it is the organization itself. `late`: the CRM needs longer than 2 seconds; asked again in a moment, the answer is there. `not_asked`: the document has no FindContact, or the connection is closed just now.',
      }),
    message: z
      .string()
      .meta({ description: 'The reason in words.', examples: ['One contact has this number.'] }),
    steps: z
      .array(IdentifyStep)
      .optional()
      .meta({ description: 'With `explain`: what was asked, in order.' }),
    copy: z
      .string()
      .optional()
      .meta({
        description:
          "With `explain`, where the copy of the CRM's contacts had nobody: how many it has, and whether it is complete.",
        examples: [
          'The copy has 212 people and 12 companies of this connection. The contacts are up to date.',
        ],
      }),
  })
  .meta({ id: 'CallerAnswer', description: 'What one connection answered.' });

export const identifyCaller = defineEndpoint({
  name: 'identifyCaller',
  resource: 'callers',
  method: 'GET',
  path: '/v1/contacts/identify',
  summary: 'Who has this number?',
  description:
    'Each connection looks into its copy of the contacts: for the whole number, then for its last digits, if its options say how many are enough. Then come the contacts that Patchcord made, and after them the CRM itself, for at most 2 seconds. The number in its answer is compared with the number asked for: a CRM that answers everybody to a filter it does not know finds nobody here. Where nobody has the number for sure, those are told who may have it: the digits agree, but no country is named.',
  scopes: ['admin', 'organization', 'events'],
  within: 'organization',
  params: noParams,
  query: z.strictObject({
    number: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .meta({
        description: 'The number, best with plus and country code.',
        examples: ['+442071838750'],
      }),
    connection_id: idOf('connection').optional(),
    explain: z
      .enum(['true', 'false'])
      .default('false')
      .meta({
        description:
          'Tell what was asked and what came back, for whoever wonders why a caller was not found. The CRM is asked again even if it has just answered.',
        examples: ['true'],
      }),
  }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: z.object({
    number: z
      .string()
      .nullable()
      .meta({
        description: 'The number as it was understood; null for a withheld one.',
        examples: ['+442071838750'],
      }),
    kind: z.enum(['number', 'extension', 'short_code', 'service', 'anonymous']).meta({
      description:
        "What the number is: of a line, of a phone inside of the office, one like 112, a feature code such as `*97`, or withheld. By the organization's country.",
    }),
    callers: z.array(Caller).meta({ description: 'All who were found.' }),
    connections: z.array(CallerAnswer).meta({ description: 'What each connection answered.' }),
  }),
  problems: ['not_found'],
});
