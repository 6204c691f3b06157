import type { Environment } from '../config/environment.ts';
import { readEnvironment } from '../config/environment.ts';
import type { ExitCode } from './command-context.ts';
import { COMMANDS } from './commands.ts';
import { packageVersion } from './package-version.ts';
import { runProgram } from './program.ts';

/** Runs a command line of this process and gives the code to end with. */
export async function runCommandLine(
  args: readonly string[],
  env: Environment = readEnvironment(),
): Promise<ExitCode> {
  if (args[0] !== 'serve') process.stdout.on('error', endWithReader);
  return await runProgram(
    args,
    {
      env,
      directory: process.cwd(),
      out: (line) => void process.stdout.write(`${line}\n`),
      err: (line) => void process.stderr.write(`${line}\n`),
      readInput,
      exitWith: () => {
        // The program keeps the code; see `runProgram`.
      },
    },
    { commands: COMMANDS, version: packageVersion() },
  );
}

/** A reader such as `head` has enough and is gone: nobody is left to tell anything. */
function endWithReader(err: NodeJS.ErrnoException): void {
  if (err.code !== 'EPIPE') throw err;
  process.exit(0);
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
