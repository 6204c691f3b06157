import { choice, field, map, object, oneOf, text, tree, words } from './field.ts';
import type { Field } from './field.ts';

const PLACE = oneOf([
  choice('header', 'In a header of that name.'),
  choice('query', 'In the query of the address.'),
]);

/** The keys of `auth`. */
export const AUTH_FIELDS: readonly Field[] = [
  field(
    'type',
    'R',
    oneOf(
      [
        choice('Bearer', '`Authorization: Bearer` with the token.'),
        choice('Basic', '`Authorization: Basic` with user name and password.'),
        choice('ApiKey', 'A key in a header or in the query.'),
        choice('Session', 'A login request gives a token for the next ones.'),
        choice('None', 'No credentials.'),
      ],
      { anyCase: true },
    ),
    'The way of proving who asks.',
    'Bearer',
    { required: true },
  ),
  field('token', 'R', text('auth'), 'The token of `Bearer`.', '$API key$', {
    requiredFor: ['Bearer'],
    onlyFor: ['Bearer'],
    secret: true,
  }),
  field(
    'username',
    'R',
    text('auth'),
    'The user name of `Basic`; in `Session` it makes the login request a Basic one.',
    '$Username$',
    { requiredFor: ['Basic'], onlyFor: ['Basic', 'Session'] },
  ),
  field(
    'password',
    'R',
    text('auth'),
    'The password of `Basic`; empty where the CRM wants only a key as user name.',
    '$Password$',
    { onlyFor: ['Basic', 'Session'], secret: true },
  ),
  field('in', 'X', PLACE, 'Where the key of `ApiKey` goes.', 'header', {
    onlyFor: ['ApiKey'],
    default: 'header',
  }),
  field(
    'name',
    'X',
    words(),
    'The name of the header or of the query member of `ApiKey`.',
    'X-Api-Key',
    { requiredFor: ['ApiKey'], onlyFor: ['ApiKey'] },
  ),
  field(
    'value',
    'X',
    text('auth'),
    'What is sent as the key of `ApiKey`, words of the CRM included.',
    'token $API key$',
    { requiredFor: ['ApiKey'], onlyFor: ['ApiKey'], secret: true },
  ),
  ...loginFields(),
];

function loginFields(): readonly Field[] {
  const extras = { onlyFor: ['Session'] } as const;
  return [
    field(
      'request_method',
      'X',
      oneOf(['GET', 'POST', 'PUT'].map((verb) => choice(verb, `An HTTP ${verb}.`))),
      'The HTTP method of the login request of `Session`.',
      'POST',
      { ...extras, default: 'POST' },
    ),
    field(
      'request_path',
      'X',
      text('path'),
      'The path of the login request after `resource_url`.',
      '/login',
      extras,
    ),
    field(
      'request_url',
      'X',
      text('url'),
      'The whole address of the login request.',
      'https://crm.example.com/login',
      extras,
    ),
    field(
      'request_content_type',
      'X',
      words(),
      'The media type of the login request.',
      'application/x-www-form-urlencoded',
      { ...extras, default: 'application/json' },
    ),
    field(
      'request_parameters',
      'X',
      tree('request', 'object', 'list', 'text'),
      'What the login request sends: in the query for GET, else as the body.',
      { user: '$Username$', password: '$Password$' },
      extras,
    ),
    field(
      'request_headers',
      'X',
      map('header', text('request')),
      "Headers of the login request; they beat the document's, which it has too.",
      { 'X-Api-Key': '$API key$' },
      { ...extras, advanced: true },
    ),
    field(
      'response_map',
      'X',
      tree('response', 'object', 'list'),
      'Where the token stands in its answer; binds `session_token`, `expires_in` (seconds), `account_id`, `account_name`, properties with `filled_by` and values of your own.',
      { token: '$session_token$', valid_for: '$expires_in$' },
      { ...extras, requiredFor: ['Session'] },
    ),
    field(
      'present',
      'X',
      object('placement'),
      'How the token is sent with the next requests.',
      { in: 'header', name: 'Authorization', value: 'Session $session_token$' },
      { ...extras, requiredFor: ['Session'] },
    ),
  ];
}

/** The keys of `present` and of `request_auth` written as an object. */
export const PLACEMENT_FIELDS: readonly Field[] = [
  field('in', 'X', PLACE, 'Where the token goes.', 'header', { default: 'header' }),
  field('name', 'X', words(), 'The name of the header or of the query member.', 'Authorization', {
    required: true,
  }),
  field(
    'value',
    'X',
    text('auth'),
    'What is sent, with `$access_token$` or `$session_token$` in it.',
    'Zoho-oauthtoken $access_token$',
    { required: true, secret: true },
  ),
];
