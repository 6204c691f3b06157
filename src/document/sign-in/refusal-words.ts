import type { SignInRefusal } from '../compiled-document.ts';
import { isJsonArray, isJsonObject, jsonMember } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { scalarText } from '../values/plain-number.ts';

/** What people read; a page of HTML must not become a message. */
const MAX_CHARACTERS = 500;
/** RFC 6749, section 5.2, then what servers write instead; the first that has words counts. */
const WORDS = ['error_description', 'message', 'error_message', 'detail', 'title', 'description'];
const CODES = ['error', 'error_code', 'code', 'errorCode'];

/**
 * The refusal that an answer without a token is: `error_description` and `error` of RFC 6749,
 * section 5.2, also inside `error` or `errors`, of lists the first; `otherwise` where it says nothing.
 */
export function refusalOf(answer: Json | undefined, otherwise: string): SignInRefusal {
  const [error, errors] = ['error', 'errors'].map((name) => firstOf(jsonMember(answer, name)));
  const places = [answer, error, errors];
  const code = firstWords(places, CODES);
  const message = firstWords(places, WORDS) ?? textIn(error) ?? textIn(errors) ?? otherwise;
  return { status: 'refused', message, ...(code === undefined ? {} : { code }) };
}

function firstWords(
  places: readonly (Json | undefined)[],
  names: readonly string[],
): string | undefined {
  for (const place of places) {
    for (const name of names) {
      const words = textIn(isJsonObject(place) ? jsonMember(place, name) : undefined);
      if (words !== undefined) return words;
    }
  }
  return undefined;
}

function firstOf(value: Json | undefined): Json | undefined {
  return isJsonArray(value) ? value[0] : value;
}

function textIn(value: Json | undefined): string | undefined {
  if (typeof value === 'boolean') return undefined;
  const text = scalarText(value)?.trim().toWellFormed();
  if (text === undefined || text === '') return undefined;
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…`.toWellFormed() : text;
}
