import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { LIST } from './shapes.ts';
import { idOf, moment, noBody, noParams, noQuery, pageOf } from './parts.ts';

const count = (description: string, example: number): z.ZodNumber =>
  z
    .number()
    .int()
    .meta({ description, examples: [example] });

const ErasedCounts = z
  .object({
    index_contacts: count("Contacts in the copies of the CRMs' contacts.", 1),
    made_contacts: count('Numbers of contacts that Patchcord made, kept for some days.', 0),
    refused_events: count('Events that nobody could read, in which the number stands.', 0),
    kept_answers: count('Answers of this API about the person, kept for an `Idempotency-Key`.', 0),
    audit_entries: count(
      'Entries of the audit trail that named the contact; they stay without it.',
      0,
    ),
    calls: count('Calls: number, subject, comment and contact go, the row and its times stay.', 3),
    events: count('Events of these calls, as they came.', 9),
    exchanges: count('Requests and answers that the ledger kept of them.', 12),
    recordings: count('Recordings of these calls that are here.', 1),
  })
  .meta({ id: 'ErasedCounts', description: 'How many of each kind went, or would go.' });

const ErasedContact = z
  .object({
    connection_id: idOf('connection'),
    contact_id: z.string().meta({ description: "The CRM's id.", examples: ['4711'] }),
    contact_type: z
      .string()
      .nullable()
      .meta({ description: 'Which kind of record; null: the only one.', examples: ['lead'] }),
    name: z.string().meta({ description: 'The name.', examples: ['Grace Hopper'] }),
  })
  .meta({ id: 'ErasedContact', description: 'A contact in the copies.' });

const WhoIsErased = z
  .object({
    numbers: z.array(z.string()).meta({
      description: 'Their calls go: numbers that nobody else has.',
      examples: [['+442079460018']],
    }),
    contacts: z.array(ErasedContact).meta({ description: 'Their copies go, and calls with them.' }),
    shared_numbers: z.array(z.string()).meta({
      description:
        'Numbers of theirs that somebody else has, too: calls from there stay, unless the contact had them.',
      examples: [['+442079460000']],
    }),
    similar: z.array(ErasedContact).meta({
      description:
        'Contacts whose number only ends alike, or may be of another country: they stay. Name one as `contact` if it is the person.',
    }),
  })
  .meta({ id: 'WhoIsErased', description: 'Who it is, as far as is known here. Never kept.' });

export const Erasure = z
  .object({
    erasure_id: z
      .string()
      .nullable()
      .meta({
        description: 'Null: nothing was erased, it is only told what would go.',
        examples: ['01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10'],
      }),
    state: z.enum(['preview', 'running', 'waiting', 'done']).meta({
      description:
        '`running`: calls are gone through. `waiting`: calls of the person are under way, and erased when they end.',
    }),
    message: z.string().meta({
      description: 'The state in words.',
      examples: ['All that is here of the person is gone.'],
    }),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'Who asked for it.', examples: ['key:01981c2e'] }),
    asked_at: moment('When.').nullable(),
    applied_until: moment('It is applied again until then, to what comes late.').nullable(),
    waiting_calls: count('Calls that are erased when they end.', 0),
    looked_until: moment('While it runs: calls until then are gone through.').nullable(),
    keep_out: z.boolean().meta({
      description:
        'Nothing of the person is kept that a CRM tells later, until this is taken back.',
      examples: [false],
    }),
    counts: ErasedCounts.meta({ description: 'How many of each kind.' }),
    person: WhoIsErased.nullable().meta({ description: 'Of a preview only: whom it would be.' }),
  })
  .meta({
    id: 'Erasure',
    description: 'That a person was erased; neither name nor number is kept.',
  });

const base = {
  resource: 'contacts',
  scopes: ['admin', 'organization'],
  within: 'organization',
} as const;

export const erasePerson = defineEndpoint({
  ...base,
  name: 'erasePerson',
  method: 'POST',
  path: '/v1/contacts/erase',
  summary: 'Erase a person everywhere',
  description:
    'By number, by contact, or both. A number leads to the contacts that have it, a contact to the numbers that nobody else has. Without `confirm` it is only told whom it would be and what would go. It goes on by itself, over restarts, and for a day it is applied again to what comes late of calls before it; in that day nothing is copied of the person that a CRM still tells. A second time gives the same erasure. What the CRM has stays: delete the contact there within the day, or say `keep_out`, else the next full sync brings the copy back. Calls under way are erased when they have ended; what the CRM was not told within a day is given up. A call that comes after it is a new one, and is kept.',
  repeatable: true,
  params: noParams,
  query: noQuery,
  body: z
    .strictObject({
      number: z
        .string()
        .trim()
        .min(1)
        .max(100)
        .optional()
        .meta({
          description: 'A number of the person, best with plus and country code.',
          examples: ['+442071838750'],
        }),
      contact: z
        .strictObject({
          connection_id: idOf('connection'),
          contact_id: z
            .string()
            .min(1)
            .max(500)
            .meta({ description: "The CRM's id of the contact.", examples: ['4711'] }),
          contact_type: z
            .string()
            .max(100)
            .optional()
            .meta({ description: 'Which kind of record; absent: any.', examples: ['lead'] }),
        })
        .optional()
        .meta({ description: 'The contact in a CRM.' }),
      confirm: z
        .boolean()
        .default(false)
        .meta({ description: 'True: erase; it cannot be taken back.', examples: [true] }),
      keep_out: z
        .boolean()
        .default(false)
        .meta({
          description:
            'True: also after that day no copy is kept of a contact with this id or number, for as long as `readmitPerson` does not take it back. Keyed digests know them.',
          examples: [false],
        }),
    })
    .refine(({ number, contact }) => number !== undefined || contact !== undefined, {
      message: 'must have a `number` or a `contact`',
    }),
  bodyKind: 'json',
  status: 202,
  response: Erasure,
  problems: ['not_found', 'conflict'],
});

export const listErasures = defineEndpoint({
  ...base,
  ...LIST,
  name: 'listErasures',
  path: '/v1/contacts/erasures',
  summary: 'List that people were erased',
  description: 'Who asked, when, and how much went; never who it was. Oldest first.',
  response: pageOf(Erasure),
});

export const readmitPerson = defineEndpoint({
  ...base,
  name: 'readmitPerson',
  method: 'POST',
  path: '/v1/contacts/erasures/{erasure_id}/readmit',
  summary: 'Let an erased person be kept again',
  description:
    'Takes `keep_out` back and ends the day in which the erasure is applied again: where a CRM still has the person, the next full sync brings the copy, unless another erasure is of the same person. What was erased stays so; calls that were under way are still erased when they end.',
  repeatable: true,
  params: z.object({ erasure_id: idOf('erasure') }),
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: Erasure,
  problems: ['not_found'],
});

export const getErasure = defineEndpoint({
  ...base,
  name: 'getErasure',
  method: 'GET',
  path: '/v1/contacts/erasures/{erasure_id}',
  summary: 'Read that a person was erased',
  params: z.object({ erasure_id: idOf('erasure') }),
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: Erasure,
  problems: ['not_found'],
});
