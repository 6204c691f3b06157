import { secretForms } from './secret-forms.ts';

/** What stands where a secret stood. */
export const SCRUBBED = '[secret]';

export interface SecretRegistry {
  /** From now on every form of this value is scrubbed; values under four characters are ignored. */
  register(secret: string): void;
  /**
   * Takes back one `register` of this value: a token that was replaced. What somebody else has
   * registered too stays scrubbed.
   */
  forget(secret: string): void;
  /** Replaces every form of every registered secret by `[secret]`. */
  scrub(text: string): string;
}

/**
 * The signature of a link to a recording, which is made for each link and so registered nowhere: its
 * prefix tells it. None of its characters is changed by any encoding of an address or of JSON.
 */
const LINK_SIGNATURE = /pcr-[\w-]{43}/g;
const LINK_PREFIX = 'pcr-';

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
  /** How often each value was registered, and how many values have each form. */
  const registered = new Map<string, number>();
  const holders = new Map<string, number>();
  const byStart = new Map<string, string[]>();
  const starts = new Uint8Array(STARTS);

  const addForm = (form: string): void => {
    const held = holders.get(form) ?? 0;
    holders.set(form, held + 1);
    if (held > 0) return;
    const start = form.slice(0, SECRET_MIN_CHARACTERS);
    const forms = byStart.get(start) ?? [];
    forms.push(form);
    // The longest first, so that no tail of a longer form is left standing.
    forms.sort((a, b) => b.length - a.length);
    byStart.set(start, forms);
    starts[startAt(form, 0)] = 1;
  };
  const dropForm = (form: string): void => {
    const held = holders.get(form) ?? 0;
    if (held > 1) return void holders.set(form, held - 1);
    holders.delete(form);
    const start = form.slice(0, SECRET_MIN_CHARACTERS);
    const left = (byStart.get(start) ?? []).filter((other) => other !== form);
    if (left.length === 0) byStart.delete(start);
    else byStart.set(start, left);
  };
  return {
    register: (secret) => {
      if (secret.length < SECRET_MIN_CHARACTERS) return;
      const times = registered.get(secret) ?? 0;
      registered.set(secret, times + 1);
      if (times === 0) formsOf(secret).forEach(addForm);
    },
    forget: (secret) => {
      const times = registered.get(secret) ?? 0;
      if (times > 1) registered.set(secret, times - 1);
      else if (registered.delete(secret)) formsOf(secret).forEach(dropForm);
    },
    scrub: (text) => {
      const known = byStart.size === 0 ? text : replaceForms(text, byStart, starts);
      return known.includes(LINK_PREFIX)
        ? known.replaceAll(LINK_SIGNATURE, `${LINK_PREFIX}${SCRUBBED}`)
        : known;
    },
  };
}

function formsOf(secret: string): readonly string[] {
  return secretForms(secret).filter((form) => form.length >= SECRET_MIN_CHARACTERS);
}

/** A power of two. */
const STARTS = 1024;

/** A number for the two characters at `position`, by which most positions of a text are passed over. */
function startAt(text: string, position: number): number {
  return (text.charCodeAt(position) * 61 + text.charCodeAt(position + 1)) & (STARTS - 1);
}

/** `starts`: 1 where a form may begin; a start that is no longer one costs a look at the map. */
function replaceForms(
  text: string,
  byStart: ReadonlyMap<string, readonly string[]>,
  starts: Uint8Array,
): string {
  let out = '';
  let copied = 0;
  let position = 0;
  while (position + SECRET_MIN_CHARACTERS <= text.length) {
    if (starts[startAt(text, position)] === 0) {
      position += 1;
      continue;
    }
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
