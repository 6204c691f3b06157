import { METHODS } from '../methods.ts';
import {
  BOOLEAN,
  choice,
  field,
  list,
  map,
  NULL,
  object,
  oneOf,
  tree,
  whole,
  words,
} from './field.ts';
import type { Field, Shape } from './field.ts';

const SCALARS: readonly Shape[] = [words(), whole(-1e15, 1e15), BOOLEAN, NULL];
/** JSON as it is: nothing in a test is a placeholder. */
const DATA: readonly Shape[] = tree('words', 'object', 'list', 'text');

/** What a test may expect: outcomes of a method, and that nothing was sent. */
export const TEST_OUTCOMES = [
  choice('success', 'The CRM did it, or the look-up found somebody.'),
  choice('not_found', 'The look-up found nobody.'),
  choice('refused', 'The CRM did not do it.'),
  choice('conflict', 'The CRM has it already.'),
  choice('gone', 'The record is there no more.'),
  choice('throttled', 'The CRM asks to wait.'),
  choice('unauthorized', 'The credentials are not taken.'),
  choice('forbidden', 'The credentials do not suffice.'),
  choice('unavailable', 'The CRM is away.'),
  choice('unreadable', 'The answer is none that the document can read.'),
  choice('not_sent', 'No request leaves: a value is missing or not allowed, or `when` says no.'),
];

/** The keys of an element of `tests`. */
export const TEST_FIELDS: readonly Field[] = [
  field('name', 'X', words({ maxLength: 200 }), 'What the test shows.', 'a caller is found', {
    required: true,
  }),
  field(
    'method',
    'X',
    oneOf([...METHODS.values()].map(({ name, purpose }) => choice(name, purpose))),
    'The method that runs.',
    'FindContact',
    { required: true },
  ),
  field(
    'properties',
    'X',
    map('text', ...SCALARS),
    'The values of the form, by label; `default` stands in for those that are left out.',
    { 'Instance URL': 'https://acme.example.com' },
  ),
  field(
    'values',
    'X',
    map('text', ...SCALARS),
    'Values of parameters and of your own, by name: durations in seconds, dates as text or epoch milliseconds. `access_token` and `session_token` may stand here too.',
    { party_number: '+442079460018' },
  ),
  field('file', 'X', words(), 'What the recording holds, as a text.', 'the bytes of a call'),
  field(
    'cleared',
    'X',
    list(words()),
    'Names that the user emptied, for `UpdateContact`.',
    ['email'],
    { advanced: true },
  ),
  field(
    'country',
    'X',
    words({ pattern: '[A-Z]{2}', patternWords: 'a country of ISO 3166-1, such as GB' }),
    'The country of national numbers.',
    'GB',
    { advanced: true, default: 'US' },
  ),
  field('timezone', 'X', words(), 'The time zone of the connection.', 'Europe/London', {
    advanced: true,
    default: 'UTC',
  }),
  field(
    'exchanges',
    'X',
    list(object('test_exchange')),
    'The requests that must be sent, in order, and what the CRM answers to each. No more and no fewer are sent.',
    [{ request: { method: 'GET' }, answer: { status: 200, body: [] } }],
  ),
  field('outcome', 'X', oneOf(TEST_OUTCOMES), 'What comes of it.', 'not_found', {
    default: 'success',
  }),
  field(
    'records',
    'X',
    list(map('text', ...SCALARS, list(words()))),
    'What is bound from the answers, record by record, by name. Without it records are not compared.',
    [{ contact_id: 'c-17', phone: '+442079460018' }],
  ),
];

export const TEST_EXCHANGE_FIELDS: readonly Field[] = [
  field(
    'request',
    'X',
    object('test_request'),
    'What must be sent; parts that are left out are not compared.',
    { method: 'GET', url: 'https://acme.example.com/contacts?phone=%2B442079460018' },
  ),
  field('answer', 'X', object('test_answer'), 'What the CRM answers.', {
    status: 200,
    body: { id: 17 },
  }),
];

export const TEST_REQUEST_FIELDS: readonly Field[] = [
  field('method', 'X', words(), 'The HTTP method.', 'POST'),
  field(
    'url',
    'X',
    words(),
    'The whole address, with its query.',
    'https://acme.example.com/calls',
  ),
  field(
    'headers',
    'X',
    map('text', words()),
    'Headers that it must have, by name in any case of letters; others may be there too.',
    { Authorization: 'Bearer k3y' },
  ),
  field(
    'body',
    'X',
    DATA,
    'The whole body: JSON, compared value by value, or a text, compared letter by letter. A file in it is the text of `file`.',
    { title: 'Call from Ann' },
  ),
];

export const TEST_ANSWER_FIELDS: readonly Field[] = [
  field('status', 'X', whole(100, 599), 'The HTTP status.', 201, { default: 200 }),
  field('headers', 'X', map('text', words()), 'Its headers.', { Location: '/calls/17' }),
  field('body', 'X', DATA, 'Its body: JSON, or a text as it is. Without it the answer is empty.', {
    id: 17,
  }),
];
