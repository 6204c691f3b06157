import {
  BOOLEAN,
  choice,
  field,
  map,
  object,
  oneOf,
  pending,
  text,
  tree,
  whole,
  words,
} from './field.ts';
import type { Field } from './field.ts';

const PLACE = oneOf([
  choice('header', 'In a header of that name.'),
  choice('query', 'In the query of the address.'),
]);

export const AUTH_FIELDS: readonly Field[] = [
  field(
    'type',
    'R',
    oneOf(
      [
        choice('Bearer', '`Authorization: Bearer` with the token.'),
        choice('Basic', '`Authorization: Basic` with user name and password.'),
        choice('ApiKey', 'A key in a header or in the query.'),
        choice('Session', 'A login request gives a token for the next ones.', 'pending'),
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
  field('username', 'R', text('auth'), 'The user name of `Basic`.', '$Username$', {
    requiredFor: ['Basic'],
    onlyFor: ['Basic', 'Session'],
  }),
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
  const extras = { onlyFor: ['Session'], advanced: true, pending: true } as const;
  return [
    field(
      'request_method',
      'X',
      oneOf(['GET', 'POST', 'PUT'].map((verb) => choice(verb, `An HTTP ${verb}.`))),
      'The HTTP method of the login request of `Session`.',
      'POST',
      extras,
    ),
    field('request_path', 'X', text('path'), 'The path of the login request.', '/login', extras),
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
      'application/json',
      extras,
    ),
    field(
      'request_parameters',
      'X',
      tree('request', 'object', 'list', 'text'),
      'The body of the login request.',
      { user: '$Username$', password: '$Password$' },
      extras,
    ),
    field(
      'response_map',
      'X',
      tree('response', 'object', 'list'),
      'Where the token stands in its answer; binds `session_token`, `expires_in` and values of your own.',
      { token: '$session_token$' },
      extras,
    ),
    field(
      'present',
      'X',
      object('placement'),
      'How the token is sent with the next requests.',
      { in: 'header', name: 'Authorization', value: 'Session $session_token$' },
      extras,
    ),
  ];
}

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

export const OAUTH2_FIELDS: readonly Field[] = [
  field(
    'client_id',
    'R',
    text('auth'),
    'The id under which the CRM knows this application.',
    '$Client ID$',
    { required: true },
  ),
  field(
    'client_secret',
    'R',
    text('auth'),
    'The secret that belongs to the id.',
    '$Client Secret$',
    { secret: true },
  ),
  field(
    'flow_type',
    'R',
    [
      words({ pattern: '0', patternWords: '"0", the authorization code flow' }),
      whole(0, 0),
      object('flow_type'),
    ],
    'The flow: 0 is the authorization code flow, in which a person signs in.',
    { default: '0' },
    { default: '0' },
  ),
  field(
    'authorization_endpoint',
    'R',
    text('url'),
    'The page of the CRM where a person signs in.',
    'https://login.example.com/authorize',
  ),
  field(
    'authorization_parameters',
    'R',
    map('text', text('auth')),
    'What is added to that address: under `default` a ready piece of query, any other key a pair.',
    { default: 'scope=api%20refresh_token' },
  ),
  field(
    'token_endpoint',
    'R',
    text('url'),
    'The address that gives tokens.',
    'https://login.example.com/token',
    { required: true },
  ),
  field(
    'token_parameters',
    'R',
    map('text', text('auth')),
    '`content_type` of the token request; any other key is a field of it.',
    { content_type: 'application/x-www-form-urlencoded;charset=utf-8' },
  ),
  field(
    'request_auth',
    'R',
    [text('auth'), pending(object('placement'))],
    'The word before the token in `Authorization`.',
    'Bearer',
    { default: 'Bearer' },
  ),
  field(
    'flow',
    'X',
    oneOf([
      choice('authorization_code', 'A person signs in.'),
      choice('client_credentials', 'The application signs in by itself.'),
      choice('password', 'With a user name and a password.'),
      choice('jwt_bearer', 'With a signed assertion (RFC 7523).'),
    ]),
    'The flow by its name, in place of `flow_type`.',
    'client_credentials',
    { advanced: true, pending: true },
  ),
  field('pkce', 'X', BOOLEAN, 'False for CRMs that refuse PKCE (RFC 7636).', false, {
    advanced: true,
    default: true,
    pending: true,
  }),
  field(
    'token_endpoint_auth',
    'X',
    oneOf([
      choice('body', 'As fields of the request.'),
      choice('basic', 'As `Authorization: Basic`.'),
    ]),
    'How the client secret is sent to the token endpoint.',
    'basic',
    { advanced: true, default: 'body', pending: true },
  ),
  field(
    'token_response_map',
    'X',
    tree('response', 'object'),
    'Properties that come with the token answer.',
    { instance_url: '$Instance URL$' },
    { advanced: true, pending: true },
  ),
  field(
    'callback_map',
    'X',
    tree('response', 'object'),
    'Properties that come with the redirect after the sign-in.',
    { 'accounts-server': '$Accounts server$' },
    { advanced: true, pending: true },
  ),
];

export const FLOW_TYPE_FIELDS: readonly Field[] = [
  field(
    'default',
    'R',
    [words({ pattern: '0', patternWords: '"0", the authorization code flow' }), whole(0, 0)],
    'The flow.',
    '0',
    { required: true },
  ),
];
