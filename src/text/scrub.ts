import { secretForms } from './secret-forms.ts';

/** What stands where a secret stood. */
export const SCRUBBED = '[secret]';

export interface SecretRegistry {
  /** From now on every form of this value is scrubbed; values under four characters are ignored. */
  register(secret: string): void;
  /** Replaces every form of every registered secret by `[secret]`. */
  scrub(text: string): string;
}

/** Shorter values stand in too many innocent texts to be replaced everywhere. */
const SECRET_MIN_CHARACTERS = 4;

/**
 * Makes a function that removes the given secrets from a text, by value and in each form in which
 * they travel: plain, Base64 and Base64url (inside a longer text too, as `user:password`),
 * URL-encoded, hexadecimal, escaped in JSON.
 */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const registry = createSecretRegistry();
  for (const secret of secrets) registry.register(secret);
  return registry.scrub;
}

/**
 * A scrubber that learns secrets as they are decrypted. One pass over the text whatever the number
 * of secrets: at each position the next four characters name the forms that may begin there.
 */
export function createSecretRegistry(): SecretRegistry {
  const known = new Set<string>();
  const byStart = new Map<string, string[]>();

  const addForm = (form: string): void => {
    if (known.has(form)) return;
    known.add(form);
    const start = form.slice(0, SECRET_MIN_CHARACTERS);
    const forms = byStart.get(start) ?? [];
    forms.push(form);
    // The longest first, so that no tail of a longer form is left standing.
    forms.sort((a, b) => b.length - a.length);
    byStart.set(start, forms);
  };
  return {
    register: (secret) => {
      if (secret.length < SECRET_MIN_CHARACTERS || known.has(secret)) return;
      for (const form of secretForms(secret)) {
        if (form.length >= SECRET_MIN_CHARACTERS) addForm(form);
      }
    },
    scrub: (text) => (byStart.size === 0 ? text : replaceForms(text, byStart)),
  };
}

function replaceForms(text: string, byStart: ReadonlyMap<string, readonly string[]>): string {
  let out = '';
  let copied = 0;
  let position = 0;
  while (position + SECRET_MIN_CHARACTERS <= text.length) {
    const forms = byStart.get(text.slice(position, position + SECRET_MIN_CHARACTERS));
    const form = forms?.find((candidate) => text.startsWith(candidate, position));
    if (form === undefined) position += 1;
    else {
      out += text.slice(copied, position) + SCRUBBED;
      position += form.length;
      copied = position;
    }
  }
  return copied === 0 ? text : out + text.slice(copied);
}
