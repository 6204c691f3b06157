import { isFieldValue } from '../../text/http-field.ts';
import { compileBinding } from '../bind/compile-binding.ts';
import type { BoundRecord } from '../bind/compile-binding.ts';
import type { SignInAnswer, SignInBinding, SignInRefusal } from '../compiled-document.ts';
import { jsonMember } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import type { Names } from '../names/names.ts';
import type { RenderContext } from '../render/request.ts';
import type { Notation } from '../templates/template.ts';
import { scalarText } from '../values/plain-number.ts';
import { refuseFilled } from './filled-values.ts';
import type { FilledRules } from './filled-values.ts';
import { refusalOf } from './refusal-words.ts';
import { markedName, signInNames } from './sign-in-names.ts';

/** What the answers of a document's sign-in are read with. */
export interface AnswerFrame {
  readonly names: Names;
  readonly notation: Notation;
  readonly filled: ReadonlySet<string>;
  readonly rules: FilledRules;
}

type Token = 'access_token' | 'refresh_token' | 'session_token';

/** Tokens are sent in headers, which servers limit to some kilobytes. */
const MAX_TOKEN_CHARACTERS = 65_536;
const MAX_VALUE_CHARACTERS = 65_536;
/** Ten years: more is no lifetime but a way to say "for ever". */
const MAX_LIFETIME_SECONDS = 315_360_000;

const ACCOUNT = ['account_id', 'account_name'] as const;

/**
 * Compiles the reading of a sign-in's answer: what the map binds, and for OAuth2 (`token` is
 * `access_token`) also the members of RFC 6749, section 5.1. An answer without the token is a
 * refusal with the server's words.
 */
export function compileSignInAnswer(
  map: Json | undefined,
  frame: AnswerFrame,
  token: 'access_token' | 'session_token',
): (answer: Json | undefined, context: RenderContext) => SignInAnswer {
  const isOAuth2 = token === 'access_token';
  const tokens: readonly Token[] = isOAuth2 ? [token, 'refresh_token'] : [token];
  const { binds, read } = compileMap(map, frame, [...tokens, 'expires_in']);
  return (answer, context) => {
    const found = read(answer, context);
    if (found.status === 'refused') return refusalOf(answer, found.message);
    const member = (name: string): string | undefined =>
      textOf(found.record, markedName(name)) ??
      (isOAuth2 && !binds.has(markedName(name)) ? ownText(answer, name) : undefined);
    if (member(token) === undefined && (isOAuth2 || binds.has(markedName(token)))) {
      return refusalOf(answer, `The answer has no ${token}.`);
    }
    const unfit = tokens.find((name) => !isSendable(member(name)));
    if (unfit !== undefined) return refused(`The ${unfit} in the answer cannot be sent on.`);
    const rest = bindRecord(found.record, frame, context);
    if (rest.status === 'refused') return rest;
    return {
      ...rest,
      ...optional('accessToken', isOAuth2 ? member('access_token') : undefined),
      ...optional('sessionToken', isOAuth2 ? undefined : member('session_token')),
      ...optional('refreshToken', isOAuth2 ? member('refresh_token') : undefined),
      ...optional('expiresInSeconds', lifetime(member('expires_in'))),
    };
  };
}

/** Compiles `callback_map`: values of the redirect's query, never a token. */
export function compileCallback(
  map: Json | undefined,
  frame: AnswerFrame,
): (query: Json, context: RenderContext) => SignInBinding | SignInRefusal {
  const { read } = compileMap(map, frame, []);
  return (query, context) => {
    const found = read(query, context);
    return found.status === 'refused' ? found : bindRecord(found.record, frame, context);
  };
}

/** Reads filled properties, local values and the account from a bound record. */
export function bindRecord(
  record: BoundRecord,
  { filled, rules }: AnswerFrame,
  context: RenderContext,
): SignInBinding | SignInRefusal {
  const properties: Record<string, string> = Object.create(null);
  const locals: Record<string, string> = Object.create(null);
  for (const name of Object.keys(record)) {
    const value = textOf(record, name);
    const isFilled = filled.has(name);
    if (value === undefined || name.startsWith('$') || (isAccount(name) && !isFilled)) continue;
    if (value.length > MAX_VALUE_CHARACTERS) return refused(`The value for "${name}" is too long.`);
    if (isFilled) properties[name] = value;
    else locals[name] = value;
  }
  const problem = refuseFilled(properties, context, rules);
  if (problem !== undefined) return refused(problem);
  const account = (name: (typeof ACCOUNT)[number]): string | undefined =>
    textOf(record, markedName(name)) ?? (filled.has(name) ? undefined : textOf(record, name));
  return {
    status: 'bound',
    properties,
    locals,
    ...optional('accountId', account('account_id')),
    ...optional('accountName', account('account_name')),
  };
}

type FoundRecord = { readonly status: 'found'; readonly record: BoundRecord } | SignInRefusal;

interface CompiledMap {
  readonly binds: ReadonlySet<string>;
  read(answer: Json | undefined, context: RenderContext): FoundRecord;
}

function compileMap(
  map: Json | undefined,
  { names, notation, filled }: AnswerFrame,
  targets: readonly string[],
): CompiledMap {
  const binding = compileBinding(map, {
    // Its answer is one record; all that may be bound comes with the names.
    method: 'Account',
    names: signInNames(names, { filled, targets: new Set([...targets, ...ACCOUNT]) }),
    notation,
    paging: false,
  });
  return {
    binds: new Set(binding.binds),
    read: (answer, { values, properties }) => {
      const found = binding.read(answer, { values, properties });
      if (found.status === 'refused') return found;
      const [record] = found.status === 'bound' ? found.records : [];
      return { status: 'found', record: record ?? Object.create(null) };
    },
  };
}

function isAccount(name: string): boolean {
  return ACCOUNT.some((each) => each === name);
}

/** Seconds as a number or its text; what is no positive number says nothing. */
function lifetime(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,400}(?:\.\d{1,400})?$/.test(text)) return undefined;
  const seconds = Math.floor(Number(text));
  return seconds > 0 ? Math.min(seconds, MAX_LIFETIME_SECONDS) : undefined;
}

function isSendable(token: string | undefined): boolean {
  return token === undefined || (token.length <= MAX_TOKEN_CHARACTERS && isFieldValue(token));
}

function ownText(answer: Json | undefined, name: string): string | undefined {
  const member = jsonMember(answer, name);
  const text = typeof member === 'boolean' ? undefined : scalarText(member);
  return text === '' ? undefined : text;
}

function textOf(record: BoundRecord, name: string): string | undefined {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return typeof value === 'string' || value === undefined ? value : value[0];
}

function refused(message: string): SignInRefusal {
  return { status: 'refused', message };
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  const object: { [Key in Name]?: Value } = {};
  if (value !== undefined) object[name] = value;
  return object;
}
