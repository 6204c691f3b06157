import { compileExpression } from '../expression/compile-expression.ts';
import { isJsonArray, jsonMember, jsonMembers, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { withMovingNames } from '../names/names.ts';
import type { Names } from '../names/names.ts';
import { namesInQueryKeys } from '../templates/query-keys.ts';
import { templateNames } from '../templates/template.ts';
import type { Notation } from '../templates/template.ts';
import type { CompiledVariable } from '../variables/compile-variable.ts';

interface Language {
  readonly names: Names;
  readonly notation: Notation;
}

/** Members whose keys may hold placeholders in a later version of the language. */
const TREES = [
  'request_parameters',
  'request_headers',
  'response_map',
  'token_response_map',
  'callback_map',
];

/**
 * What a method uses that does not run yet and is no key of its own: placeholders in keys, and
 * variables of a form that does not run, also through other variables.
 */
export function unsupportedUses(
  document: Json,
  method: Json,
  frame: Language & { readonly variables: ReadonlyMap<string, CompiledVariable> },
): readonly string[] {
  const isPaged = jsonMember(method, 'paging') !== undefined;
  const options = isPaged ? { ...frame, names: withMovingNames(frame.names) } : frame;
  const used = new Set<string>();
  for (const text of requestTexts(document, method)) {
    for (const name of namesIn(text, options)) follow(name, options.variables, used);
  }
  const pending = [...used].flatMap((name) => {
    const form = options.variables.get(name)?.unsupported;
    return form === undefined ? [] : [`variables.${name} as ${form}`];
  });
  // No method runs without the sign-in: what that cannot do holds back all.
  const owners = [method, ...signInsOf(document)];
  const trees = owners.flatMap((owner) => TREES.map((tree) => jsonMember(owner, tree) ?? null));
  const headers = jsonMember(document, 'request_headers') ?? null;
  const inKey =
    [...trees, headers].some((tree) => hasNameInKey(tree, options)) ||
    addressesOf(document, method).some((text) => hasNameInQueryKey(text, options));
  return inKey ? [...pending, 'a placeholder in a key'] : pending;
}

function follow(
  name: string,
  variables: ReadonlyMap<string, CompiledVariable>,
  used: Set<string>,
): void {
  const variable = variables.get(name);
  if (variable === undefined || used.has(name)) return;
  used.add(name);
  for (const next of variable.uses) follow(next, variables, used);
}

/** The texts that make a request; conditions are marked, since they are no templates. */
function* requestTexts(document: Json, method: Json): Iterable<RequestText> {
  for (const key of ['request_path', 'request_url', 'request_content_type']) {
    yield { text: jsonText(method, key) ?? '', isCondition: false };
  }
  yield { text: jsonText(document, 'resource_url') ?? '', isCondition: false };
  for (const signIn of signInsOf(document)) yield* textsOf(signIn);
  yield* textsOf(jsonMember(document, 'request_headers') ?? null);
  yield* textsOf(jsonMember(method, 'request_headers') ?? null);
  yield* textsOf(jsonMember(method, 'request_parameters') ?? null);
}

interface RequestText {
  readonly text: string;
  readonly isCondition: boolean;
}

function* textsOf(tree: Json): Iterable<RequestText> {
  if (typeof tree === 'string') yield { text: tree, isCondition: false };
  if (isJsonArray(tree)) for (const element of tree) yield* textsOf(element);
  for (const [key, value] of jsonMembers(tree)) {
    if (key === '@when' && typeof value === 'string') yield { text: value, isCondition: true };
    else yield* textsOf(value);
  }
}

function addressesOf(document: Json, method: Json): readonly string[] {
  const own = ['request_path', 'request_url'].map((key) => jsonText(method, key) ?? '');
  const login = ['request_path', 'request_url', 'token_endpoint'].flatMap((key) =>
    signInsOf(document).map((signIn) => jsonText(signIn, key) ?? ''),
  );
  return [...own, ...login, jsonText(document, 'resource_url') ?? ''];
}

/** The one that counts of `OAuth2` and `auth`, if there is any. */
function signInsOf(document: Json): readonly Json[] {
  const signIn = jsonMember(document, 'OAuth2') ?? jsonMember(document, 'auth');
  return signIn === undefined ? [] : [signIn];
}

function hasNameInQueryKey(text: string, { names, notation }: Language): boolean {
  const isKnown = (name: string): boolean => names.resolve(name) !== undefined;
  return namesInQueryKeys(text, notation, isKnown).length > 0;
}

function namesIn({ text, isCondition }: RequestText, language: Language): readonly string[] {
  const { names, notation } = language;
  const isKnown = (name: string): boolean => names.resolve(name) !== undefined;
  if (!isCondition) return templateNames(text, notation, isKnown);
  if (isKnown(text)) return [text];
  const compiled = compileExpression(text, names);
  return compiled.ok ? compiled.expression.uses : [];
}

function hasNameInKey(tree: Json, language: Language): boolean {
  if (isJsonArray(tree)) return tree.some((element) => hasNameInKey(element, language));
  return jsonMembers(tree).some(
    ([key, value]) =>
      (key !== '@when' && namesIn({ text: key, isCondition: false }, language).length > 0) ||
      hasNameInKey(value, language),
  );
}
