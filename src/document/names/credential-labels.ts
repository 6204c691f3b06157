import { isJsonArray, jsonMember, jsonMembers, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { notationOf, templateNames } from '../templates/template.ts';

/** Where a text is sent as a credential, whatever it is called. */
const CREDENTIALS: readonly (readonly string[])[] = [
  ['auth', 'token'],
  ['auth', 'password'],
  ['auth', 'value'],
  ['auth', 'present', 'value'],
  ['OAuth2', 'client_secret'],
  ['OAuth2', 'password'],
  ['OAuth2', 'assertion', 'private_key'],
  ['OAuth2', 'request_auth', 'value'],
];
/** What credentials are called, as the key of a field or as the label of a property. */
const SECRET_WORDS = /pass(?:word|wd|phrase|code)|secret|token|\bkey\b|api[-_ ]?key|\bpin\b/i;

interface Use {
  readonly label: string;
  /** The key under which it is sent. */
  readonly key: string;
}

/**
 * The labels of properties that are sent as credentials: plain labels say nothing of secrecy. Of
 * the fields of a token request and of a login those count whose key or label says so; a login must
 * have one, so that where none does and none is declared secret all of its properties count.
 */
export function credentialLabels(document: Json, declared: readonly Json[]): ReadonlySet<string> {
  const labels = new Set(
    declared.map((element) => (typeof element === 'string' ? element : jsonText(element, 'label'))),
  );
  const notation = notationOf(jsonMember(document, 'var_char'));
  const usesIn = (tree: Json | undefined, key: string): readonly Use[] =>
    textsOf(tree ?? null, key).flatMap(({ text, key: own }) =>
      templateNames(text, notation, (name) => labels.has(name)).map((label) => ({
        label,
        key: own,
      })),
    );
  const direct = CREDENTIALS.flatMap((path) => usesIn(memberAt(document, path), ''));
  const fields = usesIn(memberAt(document, ['OAuth2', 'token_parameters']), '');
  const login = ['request_parameters', 'request_headers', 'request_path'].flatMap((key) =>
    usesIn(memberAt(document, ['auth', key]), key),
  );
  return new Set(
    [...direct, ...fields.filter(saysSo), ...secretsOf(login, declared)].map(({ label }) => label),
  );
}

function secretsOf(login: readonly Use[], declared: readonly Json[]): readonly Use[] {
  const found = login.filter(saysSo);
  const secrets = new Set(declared.filter(isSecret).map((element) => jsonText(element, 'label')));
  return found.length > 0 || login.some(({ label }) => secrets.has(label)) ? found : login;
}

function saysSo({ label, key }: Use): boolean {
  return SECRET_WORDS.test(label) || SECRET_WORDS.test(key);
}

function isSecret(element: Json): boolean {
  const type = jsonText(element, 'type')?.toLowerCase();
  return type === 'secret' || jsonMember(element, 'secret') === true;
}

function memberAt(document: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(jsonMember, document);
}

function textsOf(tree: Json, key: string): readonly { text: string; key: string }[] {
  if (typeof tree === 'string') return [{ text: tree, key }];
  if (isJsonArray(tree)) return tree.flatMap((element) => textsOf(element, key));
  return jsonMembers(tree).flatMap(([name, value]) => textsOf(value, name));
}
