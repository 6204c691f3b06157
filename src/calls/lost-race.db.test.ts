import { setTimeout as sleep } from 'node:timers/promises';

import { sql } from 'kysely';
import type { Transaction } from 'kysely';
import { expect, it } from 'vitest';

import type { Database } from '../store/database.ts';
import { describeDatabases, describePostgres } from '../store/testing/databases.ts';
import { readFacts } from './call-repository.ts';
import { recordEvent } from './intake.ts';
import type { Tables } from '../store/schema.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import type { CallEvent } from './call-event.ts';

const SUBJECT = { call_id: 'c-1', event_id: 'subject', kind: 'noted', subject: 'About the roof' };
const ANSWER = 'answer';

/** What the database has of the one call. */
async function keptOf({ read }: Database) {
  const calls = await read.selectFrom('call').selectAll().execute();
  const events = await read
    .selectFrom('call_event')
    .select(['event_key', 'sequence'])
    .orderBy('sequence')
    .execute();
  return {
    counts: calls.map(({ event_count: count }) => count),
    facts: calls.map(readFacts),
    events: events.map(({ sequence }) => sequence),
    keys: new Set(events.map(({ event_key: key }) => key)),
  };
}

const BOTH = {
  counts: [3],
  facts: [{ subject: SUBJECT.subject, phase: 'answered' }],
  events: [1, 2, 3],
  keys: new Set([aCall().ringing.event_id, SUBJECT.event_id, ANSWER]),
};

type Members = Partial<CallEvent> & Pick<CallEvent, 'kind' | 'eventId'>;

/** The call as it rang, and what takes in one more event of it in a given transaction. */
async function rungCall(open: Parameters<typeof openPipeline>[0]) {
  const pipeline = await openPipeline(open);
  const { accept, connections, database } = pipeline;
  await accept(aCall().ringing);
  const known = await connections.ofOrganization(SEEDED.organizationId);
  const record = (transaction: Transaction<Tables>, members: Members) =>
    recordEvent(transaction, pipeline, {
      identity: { ...SEEDED, externalId: 'c-1' },
      event: { callId: 'c-1', extensions: ['101'], unknownKeys: [], ...members },
      body: JSON.stringify(members),
      connections: known,
      now: database.now(),
    });
  return { ...pipeline, record };
}

const ANSWERED: Members = { kind: 'answered', eventId: ANSWER };
const NOTED: Members = { kind: 'noted', eventId: SUBJECT.event_id, subject: SUBJECT.subject };

describeDatabases('two events of one call that read it before either wrote', ({ open }) => {
  it('are both kept: the one that lost the race reads again', async () => {
    const { database, record } = await rungCall(open);

    // In one transaction their statements take turns, as those of two nodes do at the worst moment.
    const recorded = await database.write((transaction) =>
      Promise.all([NOTED, ANSWERED].map((event) => record(transaction, event))),
    );

    expect(recorded.map(({ repeated }) => repeated)).toEqual([false, false]);
    expect(await keptOf(database)).toMatchObject(BOTH);
  });
});

describePostgres('two events of one call in two transactions', ({ open }) => {
  it('are both kept: the one that waited for the other had read too early', async () => {
    const { accept, database, record } = await rungCall(open);
    const written = Promise.withResolvers<void>();
    const otherWaits = Promise.withResolvers<void>();
    const first = database.write(async (transaction) => {
      await record(transaction, ANSWERED);
      written.resolve();
      await otherWaits.promise;
    });
    await written.promise;

    const second = accept(SUBJECT);
    await untilSomebodyWaits(database).finally(otherWaits.resolve);
    await first;

    expect(await second).toMatchObject([{ status: 'accepted' }]);
    expect(await keptOf(database)).toMatchObject(BOTH);
  });
});

/** Until a session of this database waits for a lock. */
async function untilSomebodyWaits({ read }: Database): Promise<void> {
  for (let looks = 0; looks < 1_000; looks += 1) {
    const { rows } = await sql`
      select pid from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`.execute(read);
    if (rows.length > 0) return;
    await sleep(10);
  }
  throw new Error('The second event never waited for the first.');
}
