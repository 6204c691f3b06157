import { execFileSync } from 'node:child_process';

import { describe, expect, test } from 'vitest';

import { curlOf } from './curl.ts';
import { recordedExample } from './story/recorded.ts';
import { STORY } from './story/story.ts';

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

  test('has a variable for what differs each time', () => {
    const path = '/v1/x?expires=…&signature=…';

    expect(curlOf({ ...EXAMPLE, method: 'GET', path })).toBe(
      'curl "$PATCHCORD/v1/x?expires=$EXPIRES&signature=$SIGNATURE"',
    );
  });

  test.each(STORY.map(({ endpoint }) => endpoint))(
    'of the story says for %s only what can be sent in an address or a header',
    (endpoint) => {
      const example = recordedExample(endpoint);
      if (example === undefined) throw new Error('It was not recorded.');
      const { body: _body, ...rest } = example;

      expect(curlOf(rest)).toMatch(/^[\x20-\x7e\n]+$/u);
    },
  );

  test('sends bytes from a file', () => {
    expect(curlOf({ ...EXAMPLE, body: 'RIFF' })).toContain('--data-binary @call.wav');
  });
});
