import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noBody, noQuery } from './parts.ts';

const count = (description: string, example: number): z.ZodNumber =>
  z
    .number()
    .int()
    .meta({ description, examples: [example] });

const ContactSyncList = z
  .object({
    method: z
      .enum(['Organizations', 'Contacts'])
      .meta({ description: 'The method of the document: companies, or people.' }),
    pass: z.enum(['full', 'changes']).nullable().meta({
      description: 'What is being read: everything, or what has changed. Null while nothing is.',
    }),
    started_at: moment('When this reading began.').nullable(),
    pages: count('Pages read so far, or the last time.', 12),
    received: count('Records that the CRM told of.', 12_000),
    added: count('New here.', 40),
    changed: count('Other than before.', 3),
    removed: count('Gone.', 1),
    left_out: count('Of no use: they have no id.', 0),
    estimated_total: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Records that this reading will have; null: not known.' }),
    estimated_seconds_left: z
      .number()
      .int()
      .nullable()
      .meta({ description: 'Seconds until its end; null: not known.' }),
    last_complete_at: moment('When it was last read to its end.').nullable(),
    last_full_at: moment('When everything was last read to its end.').nullable(),
    waiting_deletions: z.number().int().nullable().meta({
      description:
        'So many contacts were not in the last full list, or the CRM called them deleted: more than a fifth, or all of them, so they stay until somebody says that they may go. Null: none wait.',
    }),
    last_error: z
      .object({
        code: z.string().meta({ description: 'Kind of the fault.', examples: ['unavailable'] }),
        message: z.string().meta({ description: 'What happened, in words.' }),
        remedy: z.string().meta({ description: 'What to do, in words.' }),
        at: moment('When.'),
      })
      .nullable()
      .meta({
        description:
          'What went wrong since it was last complete, or was strange about it then; null: nothing.',
      }),
  })
  .meta({ id: 'ContactSyncList', description: 'How far one list of a CRM is read.' });

export const ContactSync = z
  .object({
    connection_id: idOf('connection'),
    state: z.enum(['off', 'idle', 'waiting', 'running']).meta({
      description:
        '`off`: by the option `contact_sync`, or the document has no list. `idle`: nothing is to be done before `next_run_at`. `waiting`: something is to be done, and `message` says what it waits for. `running`: a server reads now.',
    }),
    message: z
      .string()
      .meta({ description: 'The state in words.', examples: ['The contacts are up to date.'] }),
    people: count('People who are kept now.', 12_000),
    companies: count('Companies that are kept now.', 800),
    next_run_at: moment('When it is looked at next.').nullable(),
    lists: z.array(ContactSyncList).meta({ description: 'In the order in which they are read.' }),
  })
  .meta({
    id: 'ContactSync',
    description: 'The copy of the contacts of a CRM, and how it is kept up to date.',
  });

const base = {
  resource: 'contacts',
  scopes: ['admin', 'organization'],
  within: 'organization',
  query: noQuery,
  params: z.object({ connection_id: idOf('connection') }),
} as const;

export const startContactSync = defineEndpoint({
  ...base,
  name: 'startContactSync',
  method: 'POST',
  path: '/v1/connections/{connection_id}/contacts/sync',
  summary: 'Read the contacts of a CRM now',
  description:
    'Begins soon and goes on by itself; ask with GET how far it is. A reading that is under way is joined. While the connection is closed it waits.',
  repeatable: true,
  body: z.strictObject({
    full: z.boolean().default(false).meta({
      description: 'True: everything, also what has not changed; only so is seen who was deleted.',
    }),
    accept_deletions: z.boolean().default(false).meta({
      description: 'True: the contacts that wait (`waiting_deletions`) are removed, at once.',
    }),
  }),
  bodyKind: 'json',
  status: 202,
  response: ContactSync,
  problems: ['not_found', 'conflict'],
});

export const getContactSync = defineEndpoint({
  ...base,
  name: 'getContactSync',
  method: 'GET',
  path: '/v1/connections/{connection_id}/contacts/sync',
  summary: 'Read how far the sync of contacts is',
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: ContactSync,
  problems: ['not_found'],
});

export const cancelContactSync = defineEndpoint({
  ...base,
  name: 'cancelContactSync',
  method: 'POST',
  path: '/v1/connections/{connection_id}/contacts/sync/cancel',
  summary: 'Stop the sync that is under way',
  description:
    'What was read stays; nobody is taken for deleted. The next sync comes by the schedule, or when it is asked for.',
  repeatable: true,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: ContactSync,
  problems: ['not_found'],
});
