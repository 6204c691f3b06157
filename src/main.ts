import { beginAgain } from './cli/begin-again.ts';

// The version of Node is checked before this file is read: by `bin/patchcord.cjs`, or preloaded by the npm scripts.
beginAgain();
// Loaded only now: what is loaded before a new beginning is loaded twice.
const { runCommandLine } = await import('./cli/command-line.ts');
process.exitCode = await runCommandLine(process.argv.slice(2));
