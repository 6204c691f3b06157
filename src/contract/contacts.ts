import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { Caller } from './identify.ts';
import { idOf, noBody, noContent, noParams } from './parts.ts';

/** Longest text that somebody searches for, in UTF-16 units. */
const MAX_QUERY_LENGTH = 200;

export const Contact = Caller.omit({ chosen: true, matched: true }).meta({
  id: 'Contact',
  description: 'A person or company of a CRM.',
});

const SearchAnswer = z
  .object({
    connection_id: idOf('connection'),
    status: z.enum(['answered', 'late', 'failed', 'not_asked']).meta({
      description:
        'What came of asking the CRM itself. `late`: it needed longer than 2 seconds. `not_asked`: nobody wanted it, the document has no SearchContacts, or the connection is closed just now.',
    }),
    message: z
      .string()
      .meta({ description: 'The reason in words.', examples: ['The CRM found one contact.'] }),
  })
  .meta({ id: 'SearchAnswer', description: 'What the CRM of one connection said to a search.' });

export const searchContacts = defineEndpoint({
  name: 'searchContacts',
  resource: 'contacts',
  method: 'GET',
  path: '/v1/contacts/search',
  summary: 'Find contacts by what somebody types',
  description:
    "Searches the copies of all connections at once: beginnings of names in any order, of companies and e-mail addresses, and beginnings or ends of numbers; accents and case do not matter. With `live` each CRM's own `SearchContacts` is asked too, for at most 2 seconds, and its record stands in place of the copy; nothing of its answer is kept.",
  scopes: ['admin', 'organization', 'events'],
  within: 'organization',
  params: noParams,
  query: z.strictObject({
    q: z
      .string()
      .trim()
      .min(1)
      .max(MAX_QUERY_LENGTH)
      .meta({ description: 'What was typed.', examples: ['hop gra'] }),
    connection_id: idOf('connection').optional(),
    limit: z.coerce
      .number()
      .int()
      .min(1)
      .max(100)
      .default(20)
      .meta({ description: 'Contacts in the answer.', examples: [20] }),
    live: z
      .enum(['true', 'false'])
      .default('false')
      .meta({
        description: 'Ask the CRMs themselves too, for two characters or more.',
        examples: ['true'],
      }),
    session: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .optional()
      .meta({
        description:
          'Any text that names whose typing it is, for example one per window. A newer search of the same key and session ends what the older one asks of a CRM, and a CRM is asked when nothing was typed for 150 ms.',
        examples: ['window-1'],
      }),
  }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: z.object({
    contacts: z.array(Contact).meta({ description: 'Those found, by name; each contact once.' }),
    connections: z.array(SearchAnswer).meta({ description: 'What each CRM said.' }),
  }),
  problems: ['not_found'],
});

const contactOf = {
  resource: 'contacts',
  scopes: ['admin', 'organization'],
  within: 'organization',
} as const;

const contactType = z
  .string()
  .max(100)
  .optional()
  .meta({
    description:
      "Which of the CRM's kinds of contacts it is, where the document has several; one that it does not have is refused with the list of those that it has.",
    examples: ['lead'],
  });

/** Longest value of a contact, in UTF-16 units. */
const MAX_VALUE_LENGTH = 4_000;
/** Most values of one request. */
const MAX_VALUES = 50;

const named = <T extends z.ZodType>(value: T): z.ZodRecord<z.ZodString, T> =>
  z
    .record(z.string().min(1).max(100), value)
    .refine((values) => Object.keys(values).length <= MAX_VALUES, 'must have 50 members at most');

const ofConnection = z.object({ connection_id: idOf('connection') });
const ofContact = z.object({
  connection_id: idOf('connection'),
  contact_id: z
    .string()
    .min(1)
    .max(500)
    .meta({ description: "The CRM's id of the contact.", examples: ['4711'] }),
});

const CHANGE_PROBLEMS = [
  'conflict',
  'refused_by_crm',
  'unknown_outcome',
  'upstream_failed',
] as const;

export const createContact = defineEndpoint({
  ...contactOf,
  name: 'createContact',
  method: 'POST',
  path: '/v1/connections/{connection_id}/contacts',
  summary: 'Make a contact in the CRM',
  description:
    "Asks the CRM now, by the document's `CreateContact`. Searches and calls know the contact at once. Where the CRM answers with a contact that was there already, the answer is 200 with that contact as it is known here; nothing of what was given is kept. A problem `unknown_outcome` means that it may be there: nothing is tried again by itself.",
  params: ofConnection,
  query: z.strictObject({}),
  body: z.strictObject({
    values: named(z.string().max(MAX_VALUE_LENGTH)).meta({
      description:
        'Values by the names of the language, such as `firstname`, `lastname`, `phone`, `email`, `company_name`; a name that the document does not take is refused with the list of those that it takes.',
      examples: [{ firstname: 'Grace', lastname: 'Hopper', phone: '+442071838750' }],
    }),
    contact_type: contactType,
  }),
  bodyKind: 'json',
  status: 201,
  finds: true,
  response: Contact,
  problems: ['not_found', ...CHANGE_PROBLEMS],
});

export const getContact = defineEndpoint({
  ...contactOf,
  name: 'getContact',
  method: 'GET',
  path: '/v1/connections/{connection_id}/contacts/{contact_id}',
  summary: 'Read a contact from the copy',
  description: 'The CRM is not asked.',
  params: ofContact,
  query: z.strictObject({
    contact_type: contactType,
    contact_kind: z
      .enum(['person', 'company'])
      .default('person')
      .meta({ description: 'What the contact is.', examples: ['person'] }),
  }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: Contact,
  problems: ['not_found'],
});

export const updateContact = defineEndpoint({
  ...contactOf,
  name: 'updateContact',
  method: 'PATCH',
  path: '/v1/connections/{connection_id}/contacts/{contact_id}',
  summary: 'Change a contact in the CRM',
  description:
    "Asks the CRM now, by the document's `UpdateContact`, with what is given here; null empties a value as the document's `cleared` says.",
  params: ofContact,
  query: z.strictObject({ contact_type: contactType }),
  body: z.strictObject({
    values: named(z.string().max(MAX_VALUE_LENGTH).nullable()).meta({
      description: 'Values by the names of the language; null empties one.',
      examples: [{ phone: '+442071838751', email: null }],
    }),
  }),
  bodyKind: 'json',
  status: 200,
  response: Contact,
  problems: ['not_found', ...CHANGE_PROBLEMS],
});

export const deleteContact = defineEndpoint({
  ...contactOf,
  name: 'deleteContact',
  method: 'DELETE',
  path: '/v1/connections/{connection_id}/contacts/{contact_id}',
  summary: 'Delete a contact in the CRM',
  description:
    "Asks the CRM now, by the document's `DeleteContact`; one that the CRM has no more is deleted, too.",
  params: ofContact,
  query: z.strictObject({ contact_type: contactType }),
  body: noBody,
  bodyKind: 'none',
  status: 204,
  response: noContent,
  problems: ['not_found', ...CHANGE_PROBLEMS],
});
