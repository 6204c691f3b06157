import { runCommandLine } from './cli/command-line.ts';

// The version of Node is checked before this file is read: by `bin/patchcord.cjs`, or preloaded by the npm scripts.
process.exitCode = await runCommandLine(process.argv.slice(2));
