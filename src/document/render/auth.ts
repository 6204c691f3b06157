import { textToBase64 } from '../../text/base64.ts';
import { jsonMember, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { checkHeaderValue } from './headers.ts';
import type { Header } from './headers.ts';
import type { Pair } from './body/pairs.ts';
import type { Scope } from './scope.ts';
import { missingValue } from './render-stop.ts';
import { asIs, renderText } from './text.ts';
import type { CompiledText } from './text.ts';

export interface Credentials {
  readonly headers: readonly Header[];
  readonly query: readonly Pair[];
}

export type RenderAuth = (scope: Scope) => Credentials;

const NOTHING: Credentials = { headers: [], query: [] };

/**
 * Compiles `OAuth2`, else `auth` (Basic of RFC 7617, Bearer of RFC 6750, ApiKey) into what presents
 * the credentials. A credential without a value stops the request as `missing_value`; one that
 * cannot stand in a header as `unsafe_value`.
 */
export function compileAuth(document: Json, compile: (text: string) => CompiledText): RenderAuth {
  if (jsonMember(document, 'OAuth2') !== undefined) return presentToken;
  const auth = jsonMember(document, 'auth');
  const member = (name: string): CompiledText => compile(jsonText(auth, name) ?? '');
  switch (jsonText(auth, 'type')?.toLowerCase()) {
    case 'bearer':
      return bearer(member('token'));
    case 'basic':
      return basic(member('username'), member('password'));
    case 'apikey':
      return apiKey(auth, member('value'));
    default:
      return () => NOTHING;
  }
}

function presentToken(scope: Scope): Credentials {
  const { accessToken } = scope.context;
  if (accessToken === undefined || accessToken === '') throw missingValue('access_token');
  return authorization('Bearer', accessToken, 'access_token');
}

function bearer(token: CompiledText): RenderAuth {
  return (scope) => authorization('Bearer', requireText(token, scope), nameOf(token, 'token'));
}

function basic(username: CompiledText, password: CompiledText): RenderAuth {
  return (scope) => {
    const user = requireText(username, scope);
    // Some CRMs take a key as the user name and no password at all.
    const secret = renderText(password, scope, asIs) ?? '';
    return authorization('Basic', textToBase64(`${user}:${secret}`), nameOf(username, 'username'));
  };
}

function apiKey(auth: Json | undefined, value: CompiledText): RenderAuth {
  const name = jsonText(auth, 'name') ?? '';
  const inQuery = jsonText(auth, 'in')?.toLowerCase() === 'query';
  return (scope) => {
    const key = requireText(value, scope);
    if (inQuery) return { headers: [], query: [[name, key]] };
    return { headers: [[name, checkHeaderValue(key, nameOf(value, name))]], query: [] };
  };
}

function authorization(word: string, value: string, subject: string): Credentials {
  return { headers: [['Authorization', `${word} ${checkHeaderValue(value, subject)}`]], query: [] };
}

function requireText(text: CompiledText, scope: Scope): string {
  for (const { reader } of text.placeholders) {
    if (reader.text(scope) === undefined) throw missingValue(reader.name);
  }
  return renderText(text, scope, asIs) ?? '';
}

function nameOf(text: CompiledText, otherwise: string): string {
  return text.placeholders[0]?.reader.name ?? otherwise;
}
