import { FIELDS } from '../fields/field-sets.ts';
import type { FieldSetName } from '../fields/field.ts';
import { nearName } from './near-name.ts';

/** What standards, vendors and other programs call a key: our name for it. */
const OTHER_KEYS: Partial<Readonly<Record<FieldSetName, ReadonlyMap<string, string>>>> = {
  oauth2: new Map([
    ['authorization_url', 'authorization_endpoint'],
    ['authorization_uri', 'authorization_endpoint'],
    ['authorize_url', 'authorization_endpoint'],
    ['authorize_endpoint', 'authorization_endpoint'],
    ['auth_url', 'authorization_endpoint'],
    ['auth_uri', 'authorization_endpoint'],
    ['auth_endpoint', 'authorization_endpoint'],
    ['token_url', 'token_endpoint'],
    ['token_uri', 'token_endpoint'],
    ['access_token_url', 'token_endpoint'],
    ['token_endpoint_auth_method', 'token_endpoint_auth'],
    ['consumer_key', 'client_id'],
    ['app_id', 'client_id'],
    ['application_id', 'client_id'],
    ['consumer_secret', 'client_secret'],
    ['app_secret', 'client_secret'],
    ['grant_type', 'flow'],
    ['grant', 'flow'],
    ['use_pkce', 'pkce'],
    ['user', 'username'],
    ['jwt', 'assertion'],
    ['auth_params', 'authorization_parameters'],
    ['authorization_params', 'authorization_parameters'],
    ['token_params', 'token_parameters'],
    ['token_type', 'request_auth'],
  ]),
  assertion: new Map([
    ['iss', 'issuer'],
    ['sub', 'subject'],
    ['aud', 'audience'],
    ['alg', 'algorithm'],
    ['kid', 'key_id'],
    ['exp', 'lifetime_seconds'],
    ['lifetime', 'lifetime_seconds'],
    ['expires_in', 'lifetime_seconds'],
    ['key', 'private_key'],
    ['pem', 'private_key'],
    ['secret', 'private_key'],
  ]),
};

/** What is asked for in the query of the authorization address or in the token request. */
const SENT_ALONG: ReadonlySet<string> = new Set(['scope', 'scopes', 'audience', 'resource']);

/** The key of a set that a wrong one most likely means, by its usual other names or its letters. */
export function meantKey(set: FieldSetName, key: string): string | undefined {
  const words = key.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
  const names = FIELDS[set].fields.map(({ name }) => name);
  return (
    OTHER_KEYS[set]?.get(words) ?? names.find((name) => name === words) ?? nearName(key, names)
  );
}

/** Where to write what has no key of its own: for `scope` of `OAuth2` the parameters of its flow. */
export function placeFix(
  set: FieldSetName,
  key: string,
  flow: string | undefined,
): string | undefined {
  const name = key.toLowerCase();
  if (set !== 'oauth2' || !SENT_ALONG.has(name)) return undefined;
  const sent = name === 'scopes' ? 'scope' : name;
  if (flow === 'jwt_bearer' && sent !== 'resource') return `write "${sent}" inside "assertion"`;
  const section = flow === 'authorization_code' ? 'authorization_parameters' : 'token_parameters';
  return `write "${section}": { "${sent}": "…" }`;
}
