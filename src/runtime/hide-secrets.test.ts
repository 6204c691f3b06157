import { Buffer } from 'node:buffer';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm } from './testing/fake-crm.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';

const TOKEN = 'SECRETtoken-77aa';

let answer: unknown;
let crm: FakeCrm;
let runner: TestRunner;

beforeEach(async () => {
  crm = await startFakeCrm({
    token: TOKEN,
    handler: (_request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer));
      return true;
    },
  });
  runner = testRunner(crm);
});

afterEach(async () => {
  await runner.close();
  await crm.close();
});

describe('a CRM that repeats the credential in its answer', () => {
  test.each([
    ['plain', TOKEN],
    ['in a sentence', `Bearer ${TOKEN}!`],
    ['in Base64', Buffer.from(`user:${TOKEN}`).toString('base64')],
    ['in hexadecimal', Buffer.from(TOKEN).toString('hex')],
  ])('gives no name with it: %s', async (_name, echo) => {
    answer = { users: [{ id: '1', name: echo, email: echo }] };
    const { records, notes, outcome } = await runner.run('Users');

    expect(outcome.kind).toBe('success');
    expect(records.map((record) => record['user_id'])).toEqual(['1']);
    expect(JSON.stringify(records)).not.toContain(echo);
    expect(JSON.stringify(records)).toContain('[secret]');
    expect(notes.map(({ code }) => code)).toContain('secret_in_answer');
  });

  test('gives no record whose id holds it', async () => {
    answer = {
      users: [
        { id: TOKEN, name: 'Alice' },
        { id: '2', name: 'Bob' },
      ],
    };
    const { records } = await runner.run('Users');

    expect(records.map((record) => record['user_id'])).toEqual(['2']);
  });

  test('has created an activity without an id', async () => {
    answer = { id: TOKEN };
    const values = { call_key: 'k', subject: 's', activity_type: 'inbound' };
    const run = await runner.run('CreateActivity', { values });

    expect(run.executedWithoutId).toBe(true);
    expect(run.records).toEqual([]);
    expect(JSON.stringify(run)).not.toContain(TOKEN);
  });
});

test('an answer without the credential is bound as it is', async () => {
  answer = { users: [{ id: '1', name: 'SECRETtoken-77a' }] };
  const { records, notes } = await runner.run('Users');

  expect(JSON.stringify(records)).toContain('SECRETtoken-77a');
  expect(notes).toEqual([]);
});
