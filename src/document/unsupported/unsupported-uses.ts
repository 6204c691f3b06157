import { isJsonArray, jsonMember, jsonMembers } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { withMovingNames } from '../names/names.ts';
import type { Names } from '../names/names.ts';
import { templateNames } from '../templates/template.ts';
import type { Notation } from '../templates/template.ts';

interface Language {
  readonly names: Names;
  readonly notation: Notation;
}

/** Members whose keys may hold placeholders in a later version of the language. */
const TREES = ['response_map', 'token_response_map', 'callback_map'];

/** What a method uses that does not run yet and is no key of its own: placeholders in keys of maps. */
export function unsupportedUses(document: Json, method: Json, frame: Language): readonly string[] {
  const isPaged = jsonMember(method, 'paging') !== undefined;
  const options = isPaged ? { ...frame, names: withMovingNames(frame.names) } : frame;
  // No method runs without the sign-in: what that cannot do holds back all.
  const owners = [method, ...signInsOf(document)];
  const trees = owners.flatMap((owner) => TREES.map((tree) => jsonMember(owner, tree) ?? null));
  return trees.some((tree) => hasNameInKey(tree, options)) ? ['a placeholder in a key'] : [];
}

/** The one that counts of `OAuth2` and `auth`, if there is any. */
function signInsOf(document: Json): readonly Json[] {
  const signIn = jsonMember(document, 'OAuth2') ?? jsonMember(document, 'auth');
  return signIn === undefined ? [] : [signIn];
}

function hasNameInKey(tree: Json, language: Language): boolean {
  if (isJsonArray(tree)) return tree.some((element) => hasNameInKey(element, language));
  const { names, notation } = language;
  const isKnown = (name: string): boolean => names.resolve(name) !== undefined;
  return jsonMembers(tree).some(
    ([key, value]) =>
      templateNames(key, notation, isKnown).length > 0 || hasNameInKey(value, language),
  );
}
