import { ASSERTION_ALGORITHMS } from '../compiled-document.ts';
import type { AssertionAlgorithm } from '../compiled-document.ts';
import { BOOLEAN, choice, field, map, object, oneOf, text, tree, whole, words } from './field.ts';
import type { Field, Shape } from './field.ts';

const FLOW_TYPE = words({ pattern: '0', patternWords: '"0", the authorization code flow' });

const WITH_CODE = { onlyFor: ['authorization_code'] } as const;
const WITH_PASSWORD = { onlyFor: ['password'], requiredFor: ['password'], advanced: true } as const;

/** The keys of `OAuth2`; `requiredFor` and `onlyFor` are flows. */
export const OAUTH2_FIELDS: readonly Field[] = [
  field(
    'client_id',
    'R',
    text('auth'),
    'The id under which the CRM knows this application.',
    '$Client ID$',
    { requiredFor: ['authorization_code', 'client_credentials', 'password'] },
  ),
  field(
    'client_secret',
    'R',
    text('auth'),
    'The secret that belongs to the id; a public client has none.',
    '$Client Secret$',
    { secret: true },
  ),
  field(
    'flow_type',
    'R',
    [FLOW_TYPE, whole(0, 0), object('flow_type')],
    'The flow: 0 is the authorization code flow, in which a person signs in.',
    { default: '0' },
    { default: '0' },
  ),
  field(
    'authorization_endpoint',
    'R',
    text('link'),
    'The page of the CRM where a person signs in.',
    'https://login.example.com/authorize',
    { ...WITH_CODE, requiredFor: ['authorization_code'] },
  ),
  field(
    'authorization_parameters',
    'R',
    map('text', text('auth')),
    'What is added to that address: under `default` a ready piece of query, any other key a pair.',
    { default: 'scope=api%20refresh_token', prompt: 'consent' },
    WITH_CODE,
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
    '`content_type` of the token request, a form (also `multipart/form-data`) or JSON; any other key is a field of each token request, also when a token is renewed.',
    { content_type: 'application/x-www-form-urlencoded;charset=utf-8' },
  ),
  field(
    'request_auth',
    'R',
    [text('auth'), object('placement')],
    'How the token is sent: the word before it in `Authorization`, or an object that says where it goes.',
    'Zoho-oauthtoken',
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
    { advanced: true, default: 'authorization_code' },
  ),
  field(
    'username',
    'X',
    text('auth'),
    'The user name of the flow `password`.',
    '$Username$',
    WITH_PASSWORD,
  ),
  field('password', 'X', text('auth'), 'The password of the flow `password`.', '$Password$', {
    ...WITH_PASSWORD,
    secret: true,
  }),
  field(
    'assertion',
    'X',
    object('assertion'),
    'What the flow `jwt_bearer` signs, and with which key.',
    { audience: 'https://login.example.com', private_key: '$Private key$' },
    { onlyFor: ['jwt_bearer'], requiredFor: ['jwt_bearer'], advanced: true },
  ),
  field('pkce', 'X', BOOLEAN, 'False for CRMs that refuse PKCE (RFC 7636).', false, {
    ...WITH_CODE,
    advanced: true,
    default: true,
  }),
  field(
    'token_endpoint_auth',
    'X',
    oneOf([
      choice('body', 'As the fields `client_id` and `client_secret`.'),
      choice('basic', 'As `Authorization: Basic`.'),
    ]),
    'How id and secret of the application are sent to the token endpoint.',
    'basic',
    { advanced: true, default: 'body' },
  ),
  field(
    'token_response_map',
    'X',
    tree('response', 'object', 'list'),
    'What the token answer brings, at each renewal too: properties with `filled_by`, `account_id`, `account_name`, values of your own; and `access_token`, `refresh_token`, `expires_in` where they do not stand under these names.',
    { instance_url: '$Instance URL$' },
    { advanced: true },
  ),
  field(
    'callback_map',
    'X',
    tree('response', 'object'),
    'What the redirect after the sign-in brings in its query: properties with `filled_by`, `account_id`, `account_name`, values of your own. An address among them must match an element of `hosts` without `*`.',
    { 'accounts-server': '$Accounts server$' },
    { ...WITH_CODE, advanced: true },
  ),
];

/** The keys of `flow_type` written as an object. */
export const FLOW_TYPE_FIELDS: readonly Field[] = [
  field('default', 'R', [FLOW_TYPE, whole(0, 0)], 'The flow.', '0', { required: true }),
];

/** RFC 7518, section 3.1; RFC 8037, section 3.1. */
const ALGORITHMS: Readonly<Record<AssertionAlgorithm, string>> = {
  RS256: 'RSA with SHA-256.',
  RS384: 'RSA with SHA-384.',
  RS512: 'RSA with SHA-512.',
  PS256: 'RSA-PSS with SHA-256.',
  ES256: 'The curve P-256 with SHA-256.',
  ES384: 'The curve P-384 with SHA-384.',
  EdDSA: 'Ed25519.',
  HS256: 'A shared secret with SHA-256.',
};

const CLAIM: readonly Shape[] = [text('auth'), whole(-1e15, 1e15), BOOLEAN];

/** The keys of `assertion`: a JWT as RFC 7523, section 3, has it. */
export const ASSERTION_FIELDS: readonly Field[] = [
  field(
    'private_key',
    'X',
    text('auth'),
    'The key that signs: PEM, or for HS256 the shared secret.',
    '$Private key$',
    { required: true, secret: true },
  ),
  field('issuer', 'X', text('auth'), 'The claim `iss`; without it `client_id`.', '$Client ID$'),
  field('subject', 'X', text('auth'), 'The claim `sub`: for whom it is.', '$Username$'),
  field(
    'audience',
    'X',
    text('auth'),
    'The claim `aud`; without it `token_endpoint`.',
    'https://login.example.com',
  ),
  field('scope', 'X', text('auth'), 'The claim `scope`, where the server wants it there.', 'api'),
  field(
    'algorithm',
    'X',
    oneOf(ASSERTION_ALGORITHMS.map((name) => choice(name, ALGORITHMS[name]))),
    'How it is signed.',
    'ES256',
    { default: 'RS256' },
  ),
  field('key_id', 'X', text('auth'), 'The `kid` of the header, which names the key.', '$Key ID$'),
  field('lifetime_seconds', 'X', whole(30, 3600), 'How long it is valid.', 300, { default: 180 }),
  field(
    'claims',
    'X',
    map('text', ...CLAIM),
    'Further claims; one whose placeholder has no value is left out.',
    { box_sub_type: 'enterprise' },
    { advanced: true },
  ),
];
