import { textToBase64 } from '../../text/base64.ts';
import { isJsonObject, jsonMember, jsonText } from '../json-value.ts';
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

/** A request that proves nothing of who sends it. */
export const NO_CREDENTIALS: Credentials = { headers: [], query: [] };

/**
 * Compiles `OAuth2`, else `auth` (Basic of RFC 7617, Bearer of RFC 6750, ApiKey) into what presents
 * the credentials. A credential without a value stops the request as `missing_value`; one that
 * cannot stand in a header as `unsafe_value`.
 */
export function compileAuth(document: Json, compile: (text: string) => CompiledText): RenderAuth {
  const oauth2 = jsonMember(document, 'OAuth2');
  if (oauth2 !== undefined) return accessToken(jsonMember(oauth2, 'request_auth'), compile);
  const auth = jsonMember(document, 'auth');
  const member = (name: string): CompiledText => compile(jsonText(auth, name) ?? '');
  switch (jsonText(auth, 'type')?.toLowerCase()) {
    case 'bearer':
      return bearer(member('token'));
    case 'basic':
      return basic(member('username'), member('password'));
    case 'apikey':
      return placed(auth, member('value'));
    case 'session':
      return session(jsonMember(auth, 'present'), compile);
    default:
      return () => NO_CREDENTIALS;
  }
}

/** `request_auth`: a word before the token, or a placement; without it the word is Bearer. */
function accessToken(
  request: Json | undefined,
  compile: (text: string) => CompiledText,
): RenderAuth {
  if (isJsonObject(request)) return placed(request, compile(jsonText(request, 'value') ?? ''));
  const word = compile(typeof request === 'string' ? request.trim() : '');
  if (word.placeholders.some(({ reader }) => reader.name === 'access_token')) {
    return (scope) => header('Authorization', requireText(word, scope), 'access_token');
  }
  return (scope) => {
    const { accessToken: token } = scope.context;
    if (token === undefined || token === '') throw missingValue('access_token');
    return authorization(requireText(word, scope) || 'Bearer', token, 'access_token');
  };
}

function session(present: Json | undefined, compile: (text: string) => CompiledText): RenderAuth {
  return placed(present, compile(jsonText(present, 'value') ?? ''));
}

function bearer(token: CompiledText): RenderAuth {
  return (scope) => authorization('Bearer', requireText(token, scope), nameOf(token, 'token'));
}

/** Presents a user name and a password as RFC 7617 has it. */
export function basic(username: CompiledText, password: CompiledText): RenderAuth {
  return (scope) => {
    const user = requireText(username, scope);
    // Some CRMs take a key as the user name and no password at all.
    const secret = renderText(password, scope, asIs) ?? '';
    return authorization('Basic', textToBase64(`${user}:${secret}`), nameOf(username, 'username'));
  };
}

/** A value in the header or query member that `placement` names. */
function placed(placement: Json | undefined, value: CompiledText): RenderAuth {
  const name = jsonText(placement, 'name') ?? '';
  const inQuery = jsonText(placement, 'in')?.toLowerCase() === 'query';
  return (scope) => {
    const key = requireText(value, scope);
    if (inQuery) return { headers: [], query: [[name, key]] };
    return header(name, key, nameOf(value, name));
  };
}

function authorization(word: string, value: string, subject: string): Credentials {
  return header('Authorization', `${word} ${value}`, subject);
}

function header(name: string, value: string, subject: string): Credentials {
  return { headers: [[name, checkHeaderValue(value, subject)]], query: [] };
}

/** Fills a text that cannot do without any of its values; a `RenderStop` names the missing one. */
export function requireText(text: CompiledText, scope: Scope): string {
  for (const { reader } of text.placeholders) {
    if (reader.text(scope) === undefined) throw missingValue(reader.name);
  }
  return renderText(text, scope, asIs) ?? '';
}

function nameOf(text: CompiledText, otherwise: string): string {
  return text.placeholders[0]?.reader.name ?? otherwise;
}
