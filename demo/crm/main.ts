import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { parseArgs } from 'node:util';

import { Crm } from './crm.ts';
import { readHabitOption } from './habits/habit-setting.ts';
import { createCrmServer } from './server.ts';

// The demo CRM, a program of its own: node main.ts --port 0 --data FOLDER --token-file FILE
// Prints one line of JSON, `{"origin"}`, when it listens, and ends when its standard input does, so that
// it never outlives the program that started it. A port that is taken is replaced by a free one.
// `--call` is the command line that its pages name for a demo call.
// `--habit rate_limit,times=3,seconds=2` switches a habit on; it may be given several times.
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    data: { type: 'string', default: 'data/demo/crm' },
    'token-file': { type: 'string', default: 'data/demo/crm-token' },
    call: { type: 'string', default: 'npm run -s demo:call' },
    habit: { type: 'string', multiple: true, default: [] },
  },
});

const tokenFile = values['token-file'];
const { server, habits } = createCrmServer({
  crm: new Crm(values.data),
  token: readOrMakeToken(tokenFile),
  tokenFile: relative('.', tokenFile),
  folder: values.data,
  callCommand: values.call,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  random: Math.random,
});
for (const [name, setting] of values.habit.map(readHabitOption)) habits.set(name, setting);

server.once('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EADDRINUSE') throw error;
  server.listen(0, '127.0.0.1');
});
server.once('listening', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : values.port;
  process.stdout.write(`${JSON.stringify({ origin: `http://127.0.0.1:${port}` })}\n`);
});
server.listen(Number(values.port), '127.0.0.1');

for (const end of ['end', 'close', 'error']) {
  process.stdin.on(end, () => process.exit(0));
}
process.stdin.resume();

function readOrMakeToken(file: string): string {
  if (existsSync(file)) {
    return readFileSync(file, 'utf8').trim();
  }
  const token = randomBytes(24).toString('base64url');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}
