import type { CompiledDocument } from '../../document/compiled-document.ts';
import { isCommentKey } from '../../document/comment-key.ts';
import { isJsonArray, isJsonObject, jsonMember } from '../../document/json-value.ts';
import type { Json } from '../../document/json-value.ts';
import type { MethodName } from '../../document/methods.ts';
import { requestSources } from '../../document/request-sources.ts';

/** What people know of a contact, in the order in which they would write it. */
const OF_CONTACTS = [
  ...['contact_name', 'firstname', 'lastname', 'company_name', 'company_id', 'job_title'],
  ...['phone', 'mobile', 'email', 'contact_type'],
] as const;

/** Members of a method object that say nothing about what is sent, but for `when`. */
const NOT_SENT: ReadonlySet<string> = new Set([
  ...[
    'response_map',
    'response_headers',
    'derive',
    'error_map',
    'errors',
    'success',
    'contact_url',
  ],
]);

/**
 * The names of a contact's data, and of local values, that a method of the document can send: those
 * that its requests name, also by way of variables.
 */
export function namesTaken(document: CompiledDocument, method: MethodName): ReadonlySet<string> {
  const { names } = document;
  const found = new Set<string>();
  const seen = new Set<string>();
  const variables = jsonMember(document.source, 'variables');
  const take = (word: string): void => {
    if (seen.has(word)) return;
    seen.add(word);
    const ref = names.resolve(word);
    if (ref?.kind === 'variable') {
      for (const inner of wordsOf(jsonMember(variables, ref.name) ?? null)) take(inner);
    }
    if (ref?.kind === 'parameter' || ref?.kind === 'local') found.add(ref.name);
  };
  for (const { source } of requestSources(document.source, method)) {
    for (const word of wordsOf(source, NOT_SENT)) take(word);
  }
  const isLocal = (name: string): boolean => names.resolve(name)?.kind === 'local';
  const ofContacts: readonly string[] = OF_CONTACTS;
  return new Set([
    ...ofContacts.filter((name) => found.has(name)),
    ...[...found].filter((name) => isLocal(name)),
  ]);
}

/** Whatever looks like a name, keys too; a word that is none resolves to nothing. */
function wordsOf(value: Json, without?: ReadonlySet<string>): readonly string[] {
  if (typeof value === 'string') return value.match(/[A-Za-z_]\w*/gu) ?? [];
  if (isJsonArray(value)) return value.flatMap((one) => wordsOf(one));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    isCommentKey(key) || without?.has(key) === true ? [] : [...wordsOf(key), ...wordsOf(inner)],
  );
}
