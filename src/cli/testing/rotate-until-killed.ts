import { runRotateKey } from '../rotate-key.ts';

// Runs `rotate-key` in a process of its own that ends itself with SIGKILL at the named point.
const [env = '{}', point = '', ...flags] = process.argv.slice(2);
const newKeyFile = flags[0];

await runRotateKey(
  newKeyFile === undefined ? {} : { newKeyFile },
  {
    env: JSON.parse(env),
    directory: process.cwd(),
    out: () => {},
    err: () => {},
    readInput: () => Promise.resolve(''),
    exitWith: () => {},
  },
  (reached) => {
    if (reached === point) process.kill(process.pid, 'SIGKILL');
  },
);
process.exit(7);
