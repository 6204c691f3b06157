import { memberOf } from '../json-text/json-node.ts';
import type { JsonNode } from '../json-text/json-node.ts';
import type { FieldSetName } from '../fields/field.ts';
import { FIELDS } from '../fields/field-sets.ts';
import { hasSigns } from '../templates/template.ts';
import { bareRequests } from './check-bare-requests.ts';
import { isSignIn, namesIn, resolveAt } from './lint-context.ts';
import type { LintContext, Place, Steps } from './lint-context.ts';

/** Shorter texts are words, not keys. */
const SHORTEST_SECRET = 8;
/** Forms in which well-known services write their keys. */
const KNOWN_FORMS =
  /\b(?:sk_live_|sk-|rk_live_|ghp_|gho_|github_pat_|glpat-|xox[abprs]-|AKIA|AIza|SG\.|pat-[a-z]{2}\d-|shpat_|ya29\.)[A-Za-z0-9._-]{8,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** A run of characters as random keys have them; bounded, so that a long text costs little. */
const RUN = /[A-Za-z0-9_+/=-]{24,200}/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** In bits per character; words and paths stay below, random Base64 of this length is above. */
const LEAST_ENTROPY = 4;
const SECRET_KEY = /pass(?:word|wd)|secret|token|api[-_ ]?key|authorization|credential/i;

/** The objects whose keys may be credentials. */
const CREDENTIALS: readonly (readonly [readonly string[], FieldSetName])[] = [
  [['auth'], 'auth'],
  [['OAuth2'], 'oauth2'],
  [['OAuth2', 'assertion'], 'assertion'],
];

/** What a property for a credential might be called. */
const LABELS: Readonly<Record<string, string>> = {
  password: 'Password',
  client_secret: 'Client Secret',
  private_key: 'Private key',
};

/**
 * Looks for credentials written into the document, and for secrets that go where they are seen,
 * by themselves or through the names of `secrets`.
 */
export function checkSecrets(context: LintContext, secrets: ReadonlyMap<string, string>): void {
  checkBoth(context);
  for (const [steps, set] of CREDENTIALS) {
    checkCredentials(context, steps, set);
  }
  const bare = bareRequests(context);
  for (const place of context.places) {
    const { steps } = place;
    // Keys too are seen, though none of them is a credential by itself.
    if (!place.isKey) checkText(context, place);
    const isBare = bare.some((request) => request.every((step, index) => steps[index] === step));
    checkUse(context, place, { secrets, isBare });
  }
}

function checkBoth(context: LintContext): void {
  const auth = memberOf(context.root, 'auth');
  if (auth !== undefined && memberOf(context.root, 'OAuth2') !== undefined) {
    const at = { node: auth.key, steps: ['auth'] };
    const message = 'Both "auth" and "OAuth2" are there; "OAuth2" wins and "auth" is not used.';
    context.report('auth_and_oauth2', at, message, 'remove the one that is not meant');
  }
}

function checkCredentials(context: LintContext, steps: readonly string[], set: FieldSetName): void {
  let section: JsonNode | undefined = context.root;
  for (const step of steps) section = memberOf(section, step)?.value;
  for (const field of FIELDS[set].fields) {
    const value = memberOf(section, field.name)?.value;
    if (
      field.secret === true &&
      value?.kind === 'string' &&
      value.value !== '' &&
      !hasSigns(value.value)
    ) {
      const code = value.value.length >= SHORTEST_SECRET ? 'secret_in_document' : 'possible_secret';
      const label = LABELS[field.name] ?? 'API key';
      const message = `The credential "${field.name}" is written into the document, where everybody who gets it can read it.`;
      const fix = `write "${context.placeholder(label)}", and add { "label": "${label}", "type": "secret" } to "properties"`;
      context.report(code, { node: value, steps: [...steps, field.name] }, message, fix);
    }
  }
}

function checkText(context: LintContext, place: Place): void {
  const { node, steps, use } = place;
  const isForPeople = use === 'words' && steps.at(-1) !== 'default';
  if (isForPeople || isCredentialField(steps) || use === 'response' || use === 'expression') {
    return;
  }
  const at = { node, steps };
  if (KNOWN_FORMS.test(node.value) || looksRandom(node.value)) {
    const message =
      'This text looks like a key or a token: everybody who gets the document can read it.';
    context.report(
      'secret_in_document',
      at,
      message,
      'make it a property of type secret, and write its placeholder',
    );
    return;
  }
  const key = String(steps.at(-1));
  const isValue =
    node.value.length >= SHORTEST_SECRET && !/\s/.test(node.value) && !hasSigns(node.value);
  if (use === 'request' && isValue && SECRET_KEY.test(key)) {
    const message = `The value of "${key}" may be a credential, written into the document.`;
    context.report(
      'possible_secret',
      at,
      message,
      'if it is one, make it a property of type secret, and write its placeholder',
    );
  }
}

function isCredentialField(steps: Steps): boolean {
  if (!isSignIn(steps)) return false;
  const owner = steps.slice(0, -1).join('/');
  const set = CREDENTIALS.find(([each]) => each.join('/') === owner)?.[1];
  if (set === undefined) return false;
  return FIELDS[set].fields.some((each) => each.name === steps.at(-1) && each.secret === true);
}

function looksRandom(text: string): boolean {
  for (const [run] of text.matchAll(RUN)) {
    const mixed = /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run);
    if (mixed && !UUID.test(run) && !run.includes('//') && entropy(run) >= LEAST_ENTROPY) {
      return true;
    }
  }
  return false;
}

/** Shannon's entropy in bits per character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) {
    counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) {
    bits -= (count / text.length) * Math.log2(count / text.length);
  }
  return bits;
}

function checkUse(
  context: LintContext,
  place: Place,
  { secrets, isBare }: { readonly secrets: ReadonlyMap<string, string>; readonly isBare: boolean },
): void {
  const { node, steps, use } = place;
  const inPage = steps[0] === 'OAuth2' && steps[1] === 'authorization_parameters';
  const inLogin = isSignIn(steps) && use !== 'link' && !inPage;
  const inHeader = steps.includes('request_headers') && !isBare;
  const isHidden = use === 'response' || use === 'error' || inHeader;
  if (inLogin || isHidden) {
    return;
  }
  // Variables and defaults that are made with a secret are told of where they are sent.
  const isDefinition = steps[0] === 'variables' || steps[0] === 'parameters';
  for (const name of namesIn(context, place)) {
    const label = secrets.get(name);
    if (label === undefined) continue;
    const ref = resolveAt(context, place, name);
    const isDirect = ref?.kind === 'property';
    if (ref?.kind === 'moving' || (isDefinition && !isDirect)) continue;
    const written = context.placeholder(name);
    const at = { node, steps, index: Math.max(0, node.value.indexOf(written)) };
    const what = isDirect
      ? `The secret ${written}`
      : `The secret ${context.placeholder(label)}, which ${written} is made with,`;
    if (use === 'link' || inPage) {
      const message = `${what} would stand in a link that is opened in a browser.`;
      context.report('secret_in_link', at, message, `remove ${written} from the link`);
    } else if (!(isDirect && ref.type === 'url' && node.value.startsWith(written))) {
      const message = isBare
        ? `${what} goes out in a request with "auth": "none", which is refused where an answer chose the address.`
        : `${what} is used outside headers and "auth", so it may stand in logs of the CRM.`;
      const fix = isBare ? 'remove it here' : 'send it by "auth", if the CRM allows that';
      context.report('secret_in_request', at, message, fix);
    }
  }
}
