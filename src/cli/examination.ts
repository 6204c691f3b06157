import { AppError } from '../errors/app-error.ts';
import { CATALOGUE } from '../errors/catalogue.ts';

/** One thing that `doctor` looked at. */
export interface Examination {
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What is so, and where it is not well, what to do. */
  readonly message: string;
}

/** What `doctor` asks of the machine, so that a test can be another machine. */
export interface Machine {
  readonly nodeVersion: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Share of the file system that is free, 0 to 1, and its bytes. */
  readonly freeSpace: (directory: string) => Promise<{ share: number; bytes: number }>;
}

/** An examination that found all well. */
export function fine(name: string, message: string): Examination {
  return { name, status: 'ok', message };
}

/** An examination that found something to mend soon. */
export function warnOf(name: string, message: string): Examination {
  return { name, status: 'warning', message };
}

/** An examination that found something wrong. */
export function failedBecause(name: string, message: string): Examination {
  return { name, status: 'failed', message };
}

/** The sentence of an error of any kind, and what to do about one of the catalogue. */
export function adviceOf(err: unknown): string {
  return err instanceof AppError ? `${err.message} ${CATALOGUE[err.code].remedy}` : sentenceOf(err);
}

/** The sentence of an error of any kind. */
export function sentenceOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
