import { expect, test } from 'vitest';
import type { Json } from '../document/json-value.ts';
import { leaveOutLong, RECORD_MAX_CHARACTERS } from './leave-out-long.ts';
import type { MethodRun } from './method-call.ts';
import { scriptedCrm } from './testing/scripted-crm.ts';

const LONG = 'y'.repeat(RECORD_MAX_CHARACTERS + 1);

async function create(body: Json): Promise<MethodRun> {
  const crm = scriptedCrm(
    {
      parameters: { activity_id: 'string', kept: 'object', other: 'string' },
      API: {
        CreateActivity: {
          request_method: 'POST',
          request_path: '/calls',
          response_map: { data: '$kept$', again: '$other$', id: '$activity_id$' },
        },
      },
    },
    { 'POST /calls': { body } },
  );
  const whole = await crm.run('CreateActivity');
  if (whole.status !== 'ran') throw new Error(whole.message);
  return whole.run;
}

test('what an answer binds is kept up to the length of a record', async () => {
  const run = await create({ id: '1', data: { text: LONG }, again: 'short' });

  expect(run.outcome.kind).toBe('success');
  expect(run.records.map((record) => ({ ...record }))).toEqual([
    { activity_id: '1', other: 'short' },
  ]);
  expect(run.notes.map(({ message }) => message)).toEqual([
    'The answer is too long for one record (64 KiB): kept was left out.',
  ]);
});

test('values of one record that fit alone must fit together, and the id goes before them', async () => {
  const half = 'y'.repeat(RECORD_MAX_CHARACTERS / 2);

  const run = await create({ id: '1', data: half, again: half });

  expect(run.records.flatMap((record) => Object.keys(record))).toEqual(['activity_id', 'kept']);
});

test('an id that is too long is none: the record was made, and nobody knows its id', async () => {
  const run = await create({ id: LONG, again: 'short' });

  expect(run.executedWithoutId).toBe(true);
});

test('a record of a look-up whose id is too long is passed over', () => {
  const records = [{ contact_id: LONG }, { contact_id: '2', phone: ['1', '2'] }];

  const kept = leaveOutLong(
    { status: 'bound', records, received: 2, moving: {}, notes: [] },
    'FindContact',
  );

  expect(kept).toMatchObject({ status: 'bound', records: [records[1]] });
});
