/** What a text means for a setting: a value, or what is wrong with it, to follow its name. */
export type Reading<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: string };

/** One row of the settings table. `T` is undefined too where there is no default. */
export interface Setting<T> {
  /** Environment variable. */
  readonly env: string;
  /** Option of `serve` that wins over the variable; secrets have none: a process list shows them. */
  readonly flag?: string;
  /** In words, for the reference. */
  readonly type: string;
  /** As it would be written in the variable. */
  readonly default?: string;
  /** Where the default is not a text, what it is. */
  readonly defaultWords?: string;
  readonly secret: boolean;
  readonly description: string;
  readonly read: (text: string) => Reading<T>;
}

/** Any text. */
export function readText(text: string): Reading<string> {
  return { ok: true, value: text };
}

/** A whole number within bounds. */
export function readInteger(least: number, most: number): (text: string) => Reading<number> {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    return value >= least && value <= most
      ? { ok: true, value }
      : { ok: false, problem: `must be a whole number from ${least} to ${most}` };
  };
}

/** `1`, `true` or `yes`; `0`, `false` or `no`. */
export function readBoolean(text: string): Reading<boolean> {
  if (/^(?:1|true|yes)$/i.test(text)) return { ok: true, value: true };
  if (/^(?:0|false|no)$/i.test(text)) return { ok: true, value: false };
  return { ok: false, problem: 'must be 1 or 0' };
}

/** One of some words. */
export function readChoice<const T extends string>(
  words: readonly T[],
): (text: string) => Reading<T> {
  return (text) => {
    const value = words.find((word) => word === text);
    return value === undefined
      ? { ok: false, problem: `must be one of ${words.join(', ')}` }
      : { ok: true, value };
  };
}

/** Texts separated by commas or blanks; `check` says what is wrong with one. */
export function readList(
  check: (entry: string) => string | undefined,
): (text: string) => Reading<readonly string[]> {
  return (text) => {
    const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
    const problems = entries.flatMap((entry) => check(entry) ?? []);
    return problems.length === 0
      ? { ok: true, value: Object.freeze(entries) }
      : { ok: false, problem: problems.join('; ') };
  };
}
