import type { CompiledSignIn } from '../compiled-document.ts';
import type { JsonObject } from '../json-value.ts';
import { documentOf } from './render-request.ts';

type OAuth2 = Extract<CompiledSignIn, { kind: 'oauth2' }>;
type Session = Extract<CompiledSignIn, { kind: 'session' }>;

/** An `OAuth2` object that is complete for the flow with a page. */
export const WITH_PAGE = {
  client_id: '$Client ID$',
  client_secret: '$Client Secret$',
  authorization_endpoint: 'https://login.example/authorize',
  token_endpoint: 'https://login.example/token',
} as const;

/** One that is complete for the flows without a page. */
export const WITHOUT_PAGE = {
  client_id: '$Client ID$',
  client_secret: '$Client Secret$',
  token_endpoint: 'https://login.example/token',
} as const;

/** A login that sends user name and password and reads a token. */
export const LOGIN = {
  type: 'Session',
  request_path: '/login',
  request_parameters: { user: '$User$', password: '$Password$' },
  response_map: { token: '$session_token$' },
  present: { name: 'X-Session', value: '$session_token$' },
} as const;

export const CLIENT = { 'Client ID': 'app-1', 'Client Secret': 's3cret' } as const;

/** The sign-in of a document with this `OAuth2`. */
export function oauth2Of(oauth2: JsonObject, document: JsonObject = {}): OAuth2 {
  const properties = ['Client ID', 'Client Secret'];
  const { signIn } = documentOf({ properties, OAuth2: oauth2, ...document });
  if (signIn.kind !== 'oauth2') throw new TypeError(`the sign-in is ${signIn.kind}`);
  return signIn;
}

/** The sign-in of a document with this `auth`. */
export function sessionOf(auth: JsonObject, document: JsonObject = {}): Session {
  const { signIn } = documentOf({ properties: ['User', 'Password'], auth, ...document });
  if (signIn.kind !== 'session') throw new TypeError(`the sign-in is ${signIn.kind}`);
  return signIn;
}
