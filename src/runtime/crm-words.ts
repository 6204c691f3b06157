import { isJsonArray, isJsonObject, jsonMember } from '../document/json-value.ts';
import type { Json } from '../document/json-value.ts';

/** Members in which vendors explain an error, the most telling first. */
const TELLING = [
  'error_description',
  'errorMessage',
  'error_message',
  'message',
  'Message',
  'detail',
  'description',
  'title',
  'error',
  'errors',
  'reason',
] as const;
const WORDS_MAX_CHARACTERS = 200;
const DEPTH_MAX = 4;

/**
 * The sentence by which a CRM explains an error, on one line of at most 200 characters;
 * `undefined` where the answer has none.
 */
export function crmWords(answer: Json): string | undefined {
  const found = search(answer, 0)
    ?.replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (found === undefined || found === '') return undefined;
  const letters = Array.from(found.slice(0, WORDS_MAX_CHARACTERS * 2 + 2));
  return letters.length <= WORDS_MAX_CHARACTERS
    ? letters.join('')
    : `${letters.slice(0, WORDS_MAX_CHARACTERS).join('')}…`;
}

function search(value: Json | undefined, depth: number): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (depth > DEPTH_MAX) return undefined;
  if (isJsonArray(value)) return search(value[0], depth + 1);
  if (!isJsonObject(value)) return undefined;
  for (const name of TELLING) {
    const found = search(jsonMember(value, name), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
