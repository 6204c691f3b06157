import { execFileSync } from 'node:child_process';

import { describe, expect, test } from 'vitest';

import { curlOf } from './curl.ts';

const EXAMPLE = { endpoint: 'x', method: 'POST', path: '/v1/x?a=1', headers: {}, status: 200 };

describe('a request as a command', () => {
  test('names the key by a variable', () => {
    expect(curlOf({ ...EXAMPLE, method: 'GET', as: 'admin' })).toBe(
      'curl "$PATCHCORD/v1/x?a=1" \\\n  -H "Authorization: Bearer $ADMIN_KEY"',
    );
  });

  test('reaches curl as it was meant, quotes and all', () => {
    const body = { name: `O'Neill "& $(sons)` };
    const command = curlOf({ ...EXAMPLE, headers: { 'if-match': '"1"' }, body });
    const script = `curl() { for each; do printf '%s\\0' "$each"; done; }\n${command}`;
    const shell = execFileSync('sh', ['-c', script], { env: { PATCHCORD: 'http://h' } });
    expect(shell.toString().split('\0')).toEqual([
      '-X',
      'POST',
      'http://h/v1/x?a=1',
      '-H',
      'Content-Type: application/json',
      '-H',
      'If-Match: "1"',
      '-d',
      JSON.stringify(body, null, 2),
      '',
    ]);
  });

  test('sends bytes from a file', () => {
    expect(curlOf({ ...EXAMPLE, body: 'RIFF' })).toContain('--data-binary @call.wav');
  });
});
