import { isJsonArray, isJsonObject, jsonMembers, jsonText } from '../../document/json-value.ts';
import type { Json } from '../../document/json-value.ts';
import { readAnswer } from '../read-answer.ts';

export interface TokenBody {
  /** As text, with its secrets. */
  readonly text: string;
  /** JSON or the pairs of a form; undefined for anything else. */
  readonly fields: Json | undefined;
  readonly words: string | undefined;
  /** `error`, as RFC 6749, section 5.2, allows it to be written. */
  readonly code: string | undefined;
  /** What must not be shown: every text that is named like a credential. */
  readonly secrets: readonly string[];
  /** Those of them that are named as tokens are. */
  readonly tokens: readonly string[];
}

const FORM_TYPE = /^application\/x-www-form-urlencoded\b/i;
/** Long enough for every code that is one; others are words. */
const ERROR_CODE = /^[A-Za-z0-9_.-]{1,64}$/;
const SECRET_NAME = /token|secret|assertion|password|session|credential|(?:^|_)(?:key|code|sid)$/i;
/** Names that look like credentials and hold none. */
const PLAIN_NAME = /^(?:token_type|error.*|expires.*|refresh_token_expires_in|.*_type)$/i;
/** Tokens by the names of RFC 6749 and OpenID Connect, and as vendors write them. */
const TOKEN_NAME = /^(?:access|refresh|id|session)_?token$/i;
/** A name and its value in a text that is no answer to be read: JSON that broke off, a debug page. */
const PAIR = /([\w-]{1,64})["']?\s{0,8}[:=]\s{0,8}["']?([^\s"'&,;<>{}[\]]{4,})/g;
/** Nothing beyond is shown. */
const TEXT_MAX_CHARACTERS = 64 * 1024;

/** Reads the body of a token answer: JSON, or the form that some servers of before RFC 6749 send. */
export function readTokenAnswer(
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): TokenBody {
  const read = readAnswer(body, headers);
  const isForm = read.form === 'text' && FORM_TYPE.test(headers['content-type'] ?? '');
  const value = isForm ? readForm(read.text) : read.value;
  const fields = isJsonObject(value) || isJsonArray(value) ? value : undefined;
  const error = jsonText(fields, 'error');
  const words = isForm ? jsonText(fields, 'error_description') : read.words;
  return {
    text: read.text,
    fields,
    words,
    code: error !== undefined && ERROR_CODE.test(error) ? error : undefined,
    secrets: fields === undefined ? secretsInText(read.text) : textsIn(fields, isSecretName),
    tokens: textsIn(fields, (name) => TOKEN_NAME.test(name)),
  };
}

function readForm(text: string): Json {
  return Object.fromEntries(new URLSearchParams(text.trim()));
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !PLAIN_NAME.test(name);
}

function secretsInText(text: string): readonly string[] {
  return Array.from(text.slice(0, TEXT_MAX_CHARACTERS).matchAll(PAIR)).flatMap(
    ([, name = '', value = '']) => (isSecretName(name) ? [value] : []),
  );
}

/** The texts whose member is named so; JSON that was read is at most 64 levels deep. */
function textsIn(value: Json | undefined, isNamed: (name: string) => boolean): readonly string[] {
  if (isJsonArray(value)) return value.flatMap((item) => textsIn(item, isNamed));
  return jsonMembers(value).flatMap(([name, member]) =>
    typeof member === 'string' && isNamed(name) ? [member] : textsIn(member, isNamed),
  );
}
