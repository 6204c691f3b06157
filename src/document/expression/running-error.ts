/** Why an expression came to no value; caught where it is run and told as a note. */
export class RunningError extends Error {}

/** What a part of an expression can be while it runs; `null` where there is no value. */
export type Value = string | number | boolean | null;

/** In bytes of UTF-8: enough for every note, too little to fill a queue with. */
export const MAX_RESULT_BYTES = 65_536;

/** Passes a text on unless it is longer than a result may be. */
export function bounded(text: string): string {
  if (text.length * 3 <= MAX_RESULT_BYTES) return text;
  if (text.length > MAX_RESULT_BYTES || new TextEncoder().encode(text).length > MAX_RESULT_BYTES) {
    throw tooLong();
  }
  return text;
}

/** The error of a result over the bound. */
export function tooLong(): RunningError {
  return new RunningError('A result is longer than 64 KiB.');
}
