import { beginAgain } from '../begin-again.ts';

// A program that says how it was started, once it goes on.
beginAgain();
process.stdout.write(
  JSON.stringify({ pid: process.pid, flags: process.execArgv, argv: process.argv.slice(2) }),
);
