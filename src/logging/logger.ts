import { pino, stdTimeFunctions } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

export interface LoggerOptions {
  readonly level: LogLevel;
  /** Takes one line of JSON with its line feed: stdout in production. */
  readonly destination: { write(line: string): unknown };
  /** Removes secrets from a line; the process has one registry of them. */
  readonly scrub: (line: string) => string;
}

/**
 * The log: one JSON object per line with `level` as a word, `time` in ISO 8601 and `msg`. Every
 * line passes through `scrub` before it leaves, whatever field a secret stands in.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { level, destination, scrub } = options;
  return pino(
    {
      level,
      base: {},
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void destination.write(scrub(line)) },
  );
}
