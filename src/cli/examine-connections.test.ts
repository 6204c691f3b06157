import { expect, test } from 'vitest';

import { reportLinesOf } from './doctor-report.ts';
import { judgeConnection } from './examine-connections.ts';
import type { ConnectionReport } from '../server/connection-report-repository.ts';

const NOW = Date.UTC(2026, 2, 2, 12);
const HOUR_MS = 60 * 60 * 1_000;
const HEALTHY: ConnectionReport = {
  id: 'c1',
  organization_id: 'o1',
  organization_name: 'Acme',
  name: 'HubSpot',
  state: 'active',
  state_reason: null,
  state_since: NOW - 5 * HOUR_MS,
  state_until: null,
  hold: null,
  needs_auth: null,
  account_name: null,
  has_sign_in: 0,
  last_success_at: NOW - 3 * HOUR_MS,
  waiting_calls: 0,
  waiting_since: null,
  due_since: null,
  parked_steps: 0,
  unfound: 0,
  unfound_sample: null,
  without_id: 0,
  without_id_sample: null,
};
const WAITING = { waiting_calls: 3, waiting_since: NOW - 2 * HOUR_MS };
const DUE = { ...WAITING, due_since: NOW - HOUR_MS };
const MINUTE_MS = 60_000;

test.each<[string, Partial<ConnectionReport>, string, RegExp]>([
  ['works', {}, 'ok', /^active; last success 3 hours ago; no call waits$/],
  [
    'sends nothing although calls are due',
    DUE,
    'warning',
    /3 calls wait, the oldest for 2 hours\. They are due and are not sent: is a server/,
  ],
  [
    'waits for recordings that come later',
    { ...WAITING, due_since: NOW + 15 * MINUTE_MS },
    'ok',
    /3 calls wait, the oldest for 2 hours$/,
  ],
  [
    'has a call of a minute',
    { waiting_calls: 1, waiting_since: NOW - MINUTE_MS, due_since: NOW },
    'ok',
    /1 call waits, the oldest for 1 minute$/,
  ],
  [
    'nobody has signed in to yet',
    { state: 'needs_auth', state_reason: 'Nobody has signed in at the CRM yet.' },
    'warning',
    /^nobody has signed in at the CRM since [^:]+:00Z; .*sign-in` gives the page to open; calls/,
  ],
  [
    'has a token that is refused',
    { state: 'needs_auth', state_reason: 'Status 401.' },
    'failed',
    /refuses its credentials .*: Status 401; .*PATCH \S+, or if they are right already, `POST \S+test`; calls/,
  ],
  [
    'lost its sign-in',
    { ...WAITING, has_sign_in: 1, state: 'needs_auth', state_reason: 'invalid_grant.' },
    'failed',
    /refuses its credentials since 2026-03-02T07:00Z: invalid_grant; .*sign-in` gives the page to open; calls are kept/,
  ],
  ['lacks a right', { state: 'forbidden' }, 'failed', /Give it the right in the CRM/],
  [
    'cannot be reached',
    { state: 'broken', state_reason: '503' },
    'failed',
    /fails or does not answer since .*: 503; .*tried again by itself/,
  ],
  [
    'was told to wait',
    { state: 'throttled', state_until: NOW + HOUR_MS },
    'ok',
    /wait until 2026-03-02T13:00Z/,
  ],
  ['is paused', { state: 'paused' }, 'ok', /resume` sends what waits/],
  ['is paused with calls', { state: 'paused', ...WAITING }, 'warning', /^paused/],
  ['has found nobody for a while', { unfound: 19 }, 'ok', /no call waits$/],
  [
    'has found nobody for long',
    { unfound: 20 },
    'warning',
    /FindContact found nobody in the last 20 calls: try it .*`phone_formats`/,
  ],
  ['has parked steps', { parked_steps: 1 }, 'warning', /1 step is parked \(`GET \/v1\/calls/],
  ['never worked', { last_success_at: null }, 'ok', /no success yet/],
  [
    'belongs to a suspended organization',
    { hold: 'suspended', ...WAITING },
    'ok',
    /organization resume o1`/,
  ],
])('a connection that %s is said to be so, with what to do', (_name, change, status, words) => {
  const judged = judgeConnection({ ...HEALTHY, ...change }, NOW);

  expect(judged).toMatchObject({ name: 'Acme / HubSpot', status });
  expect(judged.message).toMatch(words);
});

test('a live test that fails fails it, whatever its state', () => {
  const judged = judgeConnection(HEALTHY, NOW, { ok: false, message: 'The CRM answered 401.' });

  expect(judged.status).toBe('failed');
  expect(judged.message).toContain('test: The CRM answered 401');
});

test('no line is longer than a terminal, but for a word that is', () => {
  const long = judgeConnection({ ...HEALTHY, ...WAITING, state: 'needs_auth' }, NOW);
  const lines = reportLinesOf([['Connections', [long]]]);

  const over = lines.filter((line) => line.length > 80);
  expect(
    over.filter((line) =>
      line
        .replaceAll(/`[^`]*`/gu, '')
        .trim()
        .includes(' '),
    ),
  ).toEqual([]);
  expect(lines.at(-1)).toBe('1 failed (Acme / HubSpot). What to do stands beside each.');
});

test('what is to be copied stands on one line', () => {
  const parked = judgeConnection({ ...HEALTHY, id: 'c'.repeat(40), parked_steps: 2 }, NOW);
  const lines = reportLinesOf([['Connections', [parked]]]);

  expect(lines.join('\n')).toContain(
    `(\`GET /v1/calls?connection_id=${'c'.repeat(40)}&state=parked\``,
  );
});
