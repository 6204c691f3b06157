import { expect, test } from 'vitest';
import { createSecretRegistry } from '../text/scrub.ts';
import { createLogger } from './logger.ts';

function capture(): { lines: string[]; write(line: string): void } {
  const lines: string[] = [];
  return { lines, write: (line) => void lines.push(line) };
}

test('a line is one JSON object with level, time and message', () => {
  const destination = capture();
  const log = createLogger({ level: 'info', destination, scrub: (line) => line });

  log.child({ lane_id: 'l1' }).info({ attempt: 2 }, 'step done');
  log.debug('not written');

  expect(destination.lines).toHaveLength(1);
  expect(JSON.parse(destination.lines[0] ?? '')).toMatchObject({
    level: 'info',
    lane_id: 'l1',
    attempt: 2,
    msg: 'step done',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
});

test('a secret learned later is scrubbed from fields, errors and messages, and JSON survives', () => {
  const destination = capture();
  const secrets = createSecretRegistry();
  const log = createLogger({ level: 'info', destination, scrub: secrets.scrub });
  secrets.register('s3cr"et\nvalue');

  log.error({ err: new Error('said s3cr"et\nvalue'), url: '/?k=s3cr%22et%0Avalue' }, 'failed');
  log.warn({ header: `Basic ${btoa('user:s3cr"et\nvalue')}` }, 'sent');

  const all = destination.lines.join('');
  expect(all).not.toMatch(/s3cr/);
  expect(all).not.toContain(btoa('s3cr"et\nvalue').slice(2, 12));
  for (const line of destination.lines) expect(() => JSON.parse(line)).not.toThrow();
});
