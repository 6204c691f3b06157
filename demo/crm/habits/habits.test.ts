import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCrm, type RunningCrm } from '../testing/running-crm.ts';
import { readHabitOption } from './habit-setting.ts';
import { HABIT_NAMES } from './habit-table.ts';
import { createHabits } from './habits.ts';

let running: RunningCrm;
let now: number;

beforeEach(async () => {
  now = Date.parse('2026-03-02T12:00:00.000Z');
  running = await runCrm({ now: () => now });
});
afterEach(() => running.close());

const switchOn = (body: unknown) => running.ask('PUT', '/habits', { body, headers: {} });
const users = () => running.ask('GET', '/api/users');
const ids = (body: unknown): readonly string[] => {
  const contacts: unknown = Reflect.get(Object(body), 'contacts');
  return Array.isArray(contacts)
    ? contacts.map((contact: unknown) => String(Reflect.get(Object(contact), 'id')))
    : [];
};

describe('a habit', () => {
  it.each([
    ['rate_limit', 429, '3'],
    ['maintenance', 503, '10'],
    ['html_error', 502, null],
    ['expired_token', 401, null],
  ])('%s answers with %i, as often as was asked for', async (name, status, retryAfter) => {
    await switchOn({ [name]: { times: 2 } });
    const answers = [await users(), await users(), await users()];

    expect(answers.map((answer) => answer.status)).toEqual([status, status, 200]);
    expect(answers[0]?.headers.get('retry-after')).toBe(retryAfter);
  });

  it('answers with a web page where JSON is expected', async () => {
    await switchOn({ html_error: true });

    const { headers, body } = await users();

    expect(headers.get('content-type')).toContain('text/html');
    expect(body).toContain('<h1>502 Bad Gateway</h1>');
  });

  it('carries a change out and loses the answer, for changes alone', async () => {
    await switchOn({ lost_answer: { times: 1 } });
    const call = { key: 'k-1', subject: 'Call' };

    expect((await users()).status).toBe(200);
    await expect(running.ask('POST', '/api/calls', { body: { call } })).rejects.toThrow(
      'fetch failed',
    );
    expect(running.crm.callsWithKey('k-1')).toHaveLength(1);
  });

  it('refuses a contact whose number is known, and names the record', async () => {
    await switchOn({ refuse_duplicates: true });

    const contact = { last_name: 'Again', phone: '02079460018' };
    const { status, body } = await running.ask('POST', '/api/contacts', { body: { contact } });

    expect([status, body]).toEqual([409, expect.objectContaining({ existing: { id: 'c-1' } })]);
  });

  it('ignores filters, known and unknown, and returns everybody', async () => {
    await switchOn({ ignored_filter: true });

    const known = await running.ask('GET', '/api/contacts?phone=1');
    const unknown = await running.ask('GET', '/api/contacts?telephone=1');

    expect([ids(known.body).length, ids(unknown.body).length]).toEqual([50, 50]);
  });

  it('lets search lag behind, not reading', async () => {
    await switchOn({ search_lag: { seconds: 5 } });
    const contact = { last_name: 'Okoro', phone: '+442079460321' };
    await running.ask('POST', '/api/contacts', { body: { contact } });
    const search = () => running.ask('GET', '/api/contacts?phone=%2B442079460321');
    const soon = await search();
    const [id = ''] = running.crm.contacts.slice(-1).map((own) => own.id);
    const itself = await running.ask('GET', `/api/contacts/${id}`);
    now += 5_000;
    const later = await search();

    expect([ids(soon.body), itself.status, ids(later.body)]).toEqual([[], 200, [id]]);
  });

  it('waits before it answers', async () => {
    await switchOn({ slow: { seconds: 0.01 } });

    expect((await users()).status).toBe(200);
  });

  it('is confined to some requests', async () => {
    await switchOn({ rate_limit: { only: 'POST /api/calls' } });
    const call = { subject: 'Call' };
    const made = await running.ask('POST', '/api/calls', { body: { call } });

    expect([made.status, (await users()).status]).toEqual([429, 200]);
  });

  it('strikes the wanted part of the requests', () => {
    const draws = [0.1, 0.3, 0.5, 0.9].values();
    const habits = createHabits(() => draws.next().value ?? 0);
    habits.set('slow', { times: null, percent: 40, only: '', seconds: 1 });
    const asked = { method: 'GET', path: '/api/users' };

    const strikes = Array.from({ length: 4 }, () => habits.strikes('slow', asked));

    expect(strikes).toEqual([1, 1, undefined, undefined]);
  });
});

describe('the switches', () => {
  it('are read, set and all switched off', async () => {
    const set = await switchOn({ slow: { times: 2 } });
    const read = await running.ask('GET', '/habits', { headers: {} });
    const cleared = await running.ask('DELETE', '/habits', { headers: {} });

    expect(set.body).toMatchObject({
      slow: { times: 2, percent: 100, seconds: 4 },
      rate_limit: false,
    });
    expect(read.body).toEqual(set.body);
    expect(cleared.body).toMatchObject({ slow: false });
  });

  it.each([
    ['a habit that is none', { sleepy: true }],
    ['a setting that is none', { slow: { minutes: 1 } }],
    ['a number out of range', { slow: { percent: 101 } }],
    ['a text', { slow: 'yes' }],
  ])('refuse %s', async (_name, body) => {
    const { status } = await switchOn(body);

    expect(status).toBe(400);
  });

  it('are set on the page of settings, which a form elsewhere cannot reach', async () => {
    const press = (origin: string) =>
      fetch(`${running.origin}/settings/habits`, {
        method: 'POST',
        redirect: 'manual',
        headers: { origin },
        body: new URLSearchParams({
          habit: 'slow',
          on: 'yes',
          times: '3',
          percent: '100',
          seconds: '1',
          only: '',
        }),
      });
    const foreign = await press('https://elsewhere.example');
    const before = running.habits.on;
    const own = await press(running.origin);

    expect([foreign.status, before]).toEqual([403, {}]);
    expect([own.status, own.headers.get('location')]).toEqual([303, '/settings#habit-slow']);
    expect(running.habits.on.slow).toEqual({ times: 3, percent: 100, seconds: 1, only: '' });
  });

  it('are each explained in the README of the demo', () => {
    const text = readFileSync('demo/README.md', 'utf8');

    expect(HABIT_NAMES.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('are start options too', () => {
    expect(readHabitOption('rate_limit,times=3,only=POST /api/calls')).toEqual([
      'rate_limit',
      { times: 3, percent: 100, only: 'POST /api/calls', seconds: 3 },
    ]);
  });
});

it('no habit touches the pages', async () => {
  await switchOn({ maintenance: true, html_error: true, expired_token: true });

  expect((await fetch(`${running.origin}/calls`)).status).toBe(200);
});
