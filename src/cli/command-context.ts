/** 0 fine, 1 findings or failures, 2 wrong usage or settings, 3 a fault of ours. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a command gets from outside: so that a test runs it without a process. */
export interface CommandContext {
  /** The process's environment, unread. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths begin. */
  readonly directory: string;
  /** Writes a line to stdout: the result, for people or with `--json` for programs. */
  out(line: string): void;
  /** Writes a line to stderr: progress and errors. */
  err(line: string): void;
  /** Resolves with all of standard input as UTF-8. */
  readInput(): Promise<string>;
  /** The code that the process ends with; 0 unless said. */
  exitWith(code: ExitCode): void;
}
