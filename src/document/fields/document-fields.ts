import {
  choice,
  field,
  list,
  map,
  object,
  oneOf,
  text,
  tree,
  whole,
  words,
  BOOLEAN,
  NULL,
} from './field.ts';
import { PHONE_FORMATS } from '../names/parameters.ts';
import type { PhoneFormat } from '../names/parameters.ts';
import type { Field, Shape } from './field.ts';
import { TYPE_NAMES } from './name-fields.ts';

const ESCAPES = oneOf([
  choice('soql', 'Texts of Salesforce queries.'),
  choice('sosl', 'Search texts of Salesforce.'),
  choice('odata', 'Texts of OData filters: a single quote is doubled.'),
  choice('sql', 'Texts of SQL-like queries: a single quote is doubled.'),
  choice('lucene', 'Terms of Lucene-like searches.'),
  choice('json', 'Inside a JSON text that stands in another text.'),
  choice('xml', 'Text of XML or HTML.'),
  choice('like', 'Patterns of LIKE: %, _ and \\ stand for themselves.'),
]);
export const ESCAPE_SHAPES: readonly Shape[] = [ESCAPES, list(ESCAPES)];

const PHONE_FORMAT_WORDS: Readonly<Record<PhoneFormat, string>> = {
  e164: 'As +442071838750.',
  digits: 'As 442071838750.',
  national: 'As 02071838750.',
  significant: 'As 2071838750.',
  international: 'As +44 20 7183 8750.',
  last7: 'The last seven digits.',
  last8: 'The last eight digits.',
  last9: 'The last nine digits.',
  last10: 'The last ten digits.',
};

/** Scalars that a test of a document or an option may hold. */
const SCALARS: readonly Shape[] = [words(), whole(-1e15, 1e15), BOOLEAN, NULL];

/** The keys of the document itself. */
export const DOCUMENT_FIELDS: readonly Field[] = [
  field(
    'id',
    'M',
    words({ maxLength: 100 }),
    'Identifies the integration; unique, never shown.',
    'example-crm',
    { required: true },
  ),
  field('name', 'M', words({ maxLength: 100 }), 'The name that people see.', 'Example CRM', {
    required: true,
  }),
  field(
    'logo',
    'M',
    words({ pattern: 'https?://.+', patternWords: 'an address that begins with https://' }),
    'Address of a picture (PNG, JPEG, WebP or GIF) shown beside the name.',
    'https://www.example.com/logo.png',
  ),
  field(
    'class',
    'M',
    oneOf([choice('crm', 'A system that knows contacts and logs calls.')]),
    'The kind of integration; `crm` is the only one.',
    'crm',
  ),
  field(
    'var_char',
    'M',
    oneOf([choice('{}', 'Placeholders are written {contact_id}.')]),
    'Set to `{}` to write placeholders as `{name}`; without it they are written `$name$`.',
    '{}',
  ),
  field(
    'properties',
    'M',
    list(words(), object('property')),
    'The fields of the form that is filled in once per customer; each label is also the name of a placeholder.',
    ['Instance URL', { label: 'API key', type: 'secret' }],
  ),
  field(
    'parameters',
    'M',
    map('parameter', TYPE_NAMES, object('parameter')),
    'The values that the document uses, each with the type this CRM wants; a name that Patchcord does not know becomes a value of your own, which one method binds and later ones use.',
    { contact_id: 'string', call_duration: 'number', call_timestamp: 'ISO8601Date' },
  ),
  field(
    'variables',
    'M',
    map(
      'name',
      text('request'),
      whole(-1e15, 1e15),
      BOOLEAN,
      { kind: 'variable' },
      list(text('request')),
    ),
    'Values computed from others: arithmetic, a text, lines of text, a choice by another value, JSON text, or an expression.',
    { call_duration_millis: '$call_duration$ * 1000' },
  ),
  field(
    'resource_url',
    'M',
    text('url'),
    'Base address of the CRM; it is put in front of each `request_path`.',
    'https://api.example.com/v2',
  ),
  field(
    'contact_url',
    'M',
    text('link'),
    "Page of a contact in the CRM, opened from the phone's app.",
    'https://app.example.com/contacts/$contact_id$',
  ),
  field(
    'activity_url',
    'M',
    text('link'),
    "Page of a logged call in the CRM, opened from the phone's app.",
    'https://app.example.com/calls/$activity_id$',
  ),
  field(
    'auth',
    'R',
    object('auth'),
    'How requests prove who they come from: Basic, Bearer, an API key, or a login that gives a token.',
    { type: 'Bearer', token: '$API key$' },
  ),
  field('OAuth2', 'R', object('oauth2'), 'Sign-in by OAuth 2.0 (RFC 6749) instead of `auth`.', {
    client_id: '$Client ID$',
    client_secret: '$Client Secret$',
    authorization_endpoint: 'https://login.example.com/authorize',
    token_endpoint: 'https://login.example.com/token',
  }),
  field(
    'API',
    'M',
    map('method', object('method'), list(object('method'))),
    'The requests, by method: what is sent to the CRM, when, and what its answer means.',
    {
      Users: {
        request_method: 'GET',
        request_path: '/users',
        response_map: [{ id: '$user_id$', name: '$user_name$' }],
      },
    },
    { required: true, aliases: ['api'] },
  ),
  field(
    '$schema',
    'X',
    words(),
    'Address of the JSON Schema, so that editors complete and check while you type.',
    'https://example.com/integration.schema.json',
    { advanced: true },
  ),
  field('version', 'X', words({ maxLength: 40 }), 'Version of the document, for people.', '1.2.0', {
    advanced: true,
  }),
  field(
    'description',
    'X',
    words(),
    'What the integration does, in a sentence or two.',
    'Logs calls and finds callers in Example CRM.',
    { advanced: true },
  ),
  field(
    'homepage',
    'X',
    words({ pattern: 'https?://.+', patternWords: 'an address that begins with https://' }),
    'Page of the CRM.',
    'https://www.example.com',
    { advanced: true },
  ),
  field(
    'documentation',
    'X',
    words({ pattern: 'https?://.+', patternWords: 'an address that begins with https://' }),
    "Page of the CRM's API.",
    'https://developers.example.com',
    { advanced: true },
  ),
  field(
    'credentials_help',
    'X',
    words(),
    'How to get what the form asks for, step by step.',
    'In Example CRM open Settings, API, and press New key.',
    { advanced: true },
  ),
  field(
    'hosts',
    'X',
    list(words()),
    'Host names that this document may call; `*` stands for labels at the left only. Without it: the hosts of its literal addresses and of the properties that begin an address.',
    ['api.example.com', '*.eu.example.com'],
    { advanced: true },
  ),
  field(
    'request_headers',
    'X',
    map('header', text('request')),
    'Headers of every request of a method, and of the login of `Session`; token requests of `OAuth2` have none of them.',
    { Accept: 'application/json' },
    { advanced: true },
  ),
  field(
    'escape',
    'X',
    ESCAPE_SHAPES,
    'How values are escaped that are put into the middle of texts of the query or the body.',
    'odata',
    { advanced: true },
  ),
  field(
    'phone_formats',
    'X',
    list(oneOf(PHONE_FORMATS.map((format) => choice(format, PHONE_FORMAT_WORDS[format])))),
    'Forms of the number that `FindContact` tries in turn as `$phone$`; one that a number does not have is left out.',
    ['e164', 'national', 'digits'],
    { advanced: true },
  ),
  field(
    'limits',
    'X',
    [object('limits'), list(object('limits'))],
    "How many requests the CRM takes, of calls and look-ups of one connection together; a list where several limits hold at once, such as one per second and one per day. The connection's option `rate` stands in their place.",
    { requests: 100, per_seconds: 60, concurrency: 4 },
    { advanced: true },
  ),
  field(
    'errors',
    'X',
    list(object('error_row')),
    'What certain answers mean, before the built-in table is asked.',
    [{ status: 423, then: 'retry', seconds: 30 }],
    { advanced: true },
  ),
  field(
    'error_map',
    'X',
    tree('error', 'object', 'list', 'text'),
    "Where a refusal's words stand in the answer; it binds `error_message`, `error_code`, `retry_after`.",
    { error: { message: '$error_message$' } },
    { advanced: true },
  ),
  field(
    'options',
    'X',
    map('text', ...SCALARS, map('text', ...SCALARS), list(words())),
    "Defaults of the connection's options; what is chosen for a connection beats them.",
    { unknown_callers: 'create_contact' },
    { advanced: true },
  ),
  field(
    'tests',
    'X',
    list(object('test')),
    'Examples that `patchcord test` runs without the CRM: given values, the requests that must be sent, the answers to them, and what must come of it.',
    [
      {
        name: 'nobody has the number',
        method: 'FindContact',
        values: { party_number: '+442079460018' },
        exchanges: [{ answer: { status: 200, body: [] } }],
        outcome: 'not_found',
      },
    ],
    { advanced: true },
  ),
];

export const LIMITS_FIELDS: readonly Field[] = [
  field(
    'requests',
    'X',
    whole(1, 1_000_000),
    'So many requests within any `per_seconds`, wherever the window begins.',
    100,
    { requiredUnless: 'concurrency' },
  ),
  field('per_seconds', 'X', whole(1, 86_400), 'The window, in seconds.', 60, {
    requiredUnless: 'concurrency',
  }),
  field(
    'burst',
    'X',
    whole(1, 1_000_000),
    'So many of them may leave at once after a pause. The larger it is, the slower the rest follows: no window ever sees more than `requests`. Without it requests are spread evenly, and of a limit of an hour or longer four tenths may leave at once.',
    10,
  ),
  field(
    'concurrency',
    'X',
    whole(1, 100),
    'So many requests at the same time, of calls and look-ups together; look-ups go first. Where Patchcord runs as several processes, each counts the look-ups that it sends itself.',
    4,
  ),
];
