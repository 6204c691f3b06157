import { AppError } from '../errors/app-error.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import type { CommandContext, ExitCode } from './command-context.ts';
import { ownCommand } from './npm-script.ts';

/** What to do at a terminal, where the catalogue speaks of requests to the API; '' where the message says it. */
const REMEDIES: Partial<Readonly<Record<ErrorCode, string>>> = {
  not_found: 'The commands "organization list" and "key list" show what is there.',
  conflict: '',
  data_directory_locked: '',
};

/**
 * Tells people what went wrong: one sentence and what to do about it, the stack only with
 * `--verbose`. With `--json` a second, machine-readable line. Returns the code to end with: 1 what
 * the document, the CRM or the present state causes, 2 usage or settings, 3 a fault of ours.
 */
export function reportFailure(
  err: unknown,
  context: Pick<CommandContext, 'err' | 'env'>,
  options: {
    readonly verbose: boolean;
    readonly json: boolean;
    /** The words of the command: `key create`. */
    readonly command: string;
  },
): ExitCode {
  const help = `See: ${ownCommand(`${options.command} --help`, context)}`;
  if (options.json) context.err(JSON.stringify({ error: describe(err, help) }));
  else if (err instanceof AppError) context.err(`${err.message} ${remedyOf(err, help)}`.trimEnd());
  else context.err(`Patchcord failed: ${messageOf(err)} With --verbose it shows where.`);
  if (options.verbose) context.err(stackOf(err));
  return exitCodeOf(err);
}

function describe(err: unknown, help: string): Readonly<Record<string, unknown>> {
  return err instanceof AppError
    ? { code: err.code, message: err.message, remedy: remedyOf(err, help), details: err.details }
    : { code: 'internal', message: messageOf(err) };
}

function remedyOf({ code, row }: AppError, help: string): string {
  return code === 'invalid_request' ? help : (REMEDIES[code] ?? row.remedy);
}

/** The code to end with: 1 what the present state causes, 2 usage or settings, 3 a fault of ours. */
export function exitCodeOf(err: unknown): ExitCode {
  if (!(err instanceof AppError)) return 3;
  switch (err.row.category) {
    case 'invalid_request':
      return 2;
    case 'internal':
      return 3;
    case 'document_invalid':
    case 'connection_unauthorized':
    case 'rate_limited':
    case 'upstream_unavailable':
    case 'timeout':
    case 'upstream_rejected':
    case 'not_found':
    case 'conflict':
    case 'forbidden':
      return 1;
  }
}

function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}

function stackOf(err: unknown): string {
  if (!(err instanceof Error)) return messageOf(err);
  const cause = err.cause === undefined ? '' : `\ncaused by ${stackOf(err.cause)}`;
  return `${err.stack ?? err.message}${cause}`;
}
