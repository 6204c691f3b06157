import { randomBytes } from 'node:crypto';

import { expect, it } from 'vitest';

import { createVault } from '../../connections/vault.ts';
import { createNumberKeys } from '../../contacts/number-keys/number-key.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { aCall, openPipeline, VAULT_KEY } from '../testing/pipeline.ts';
import type { TestPipeline } from '../testing/pipeline.ts';
import { SEEDED } from '../testing/seed.ts';
import { readCounts } from './counts.ts';
import { applyErasures } from './erase-round.ts';
import { findErasure } from './erasure-repository.ts';
import type { ErasureRow } from './erasure-repository.ts';
import { createEraser } from './eraser.ts';
import type { EraserDeps } from './eraser.ts';
import { createPersonDigests } from './person.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const DAY_MS = 86_400_000;
const { signal } = new AbortController();

function depsOf(pipeline: TestPipeline, changed: Partial<EraserDeps> = {}): EraserDeps {
  return {
    database: pipeline.database,
    ids: pipeline.ids,
    vault: createVault(VAULT_KEY, randomBytes),
    digests: createPersonDigests(new Uint8Array(32).fill(9), createNumberKeys()),
    node: 'node-1',
    removeFile: () => Promise.resolve(),
    countriesOf: () => Promise.resolve(['GB']),
    countCopies: () => Promise.resolve(0),
    forgetCopies: () => Promise.resolve(0),
    findAnswers: () => Promise.resolve([]),
    forgetAnswers: () => Promise.resolve(0),
    emptyLogOfCopies: () => Promise.resolve(),
    digitsOf: ({ numbers }) => numbers.map((number) => number.slice(3)),
    log: { warn: () => {} },
    ...changed,
  };
}

async function begin(pipeline: TestPipeline, number: string): Promise<string> {
  const person = { numbers: [number], contacts: [] };
  const wish = { asked: person, person, keepOut: false };
  return (await createEraser(depsOf(pipeline)).begin(SCOPE, wish, 'test')).id;
}

async function rowOf({ database }: TestPipeline, id: string): Promise<ErasureRow> {
  const row = await findErasure(database.read, SCOPE, id);
  if (row === undefined) throw new Error('There is no such erasure.');
  return row;
}

/** A call from a number, told and written to the CRM. */
async function told(pipeline: TestPipeline, id: string, number: string): Promise<void> {
  const { ringing, answered, ended } = aCall(id);
  await pipeline.accept({ ...ringing, calling_number: number }, answered, ended);
}

const number = (at: number): string => `+4420718387${String(at).padStart(2, '0')}`;

/** All that is kept of calls, as text. */
async function kept({ database }: TestPipeline): Promise<string> {
  const tables = ['call', 'call_event', 'lane', 'step', 'attempt', 'exchange'] as const;
  const rows: unknown[] = [];
  for (const table of tables)
    rows.push(await database.read.selectFrom(table).selectAll().execute());
  return JSON.stringify(rows);
}

/** A process that ends at its write of this number: before the commit, or right behind it. */
function dying(database: Database, at: number, when: 'before' | 'behind'): Database {
  let writes = 0;
  return {
    ...database,
    now: () => database.now(),
    write: async (job) => {
      writes += 1;
      if (writes < at) return await database.write(job);
      if (writes === at && when === 'behind') await database.write(job);
      throw new Error('The process has ended.');
    },
  };
}

describeDatabases('an erasure', ({ open }) => {
  it.each(['before', 'behind'] as const)(
    'goes on wherever its process ended (%s a commit), and counts everything once',
    async (when) => {
      const pipeline = await openPipeline(open);
      const ids: string[] = [];
      const ends = 7;
      for (let at = 1; at <= ends; at += 1) {
        await told(pipeline, `a-${at}`, number(at));
        await told(pipeline, `b-${at}`, number(at));
      }
      await pipeline.drain();
      const exchanges = await pipeline.database.read.selectFrom('exchange').select('id').execute();

      for (let at = 1; at <= ends; at += 1) {
        const id = await begin(pipeline, number(at));
        const database = dying(pipeline.database, at, when);
        await applyErasures(depsOf(pipeline, { database }), signal).catch(() => undefined);
        await applyErasures(depsOf(pipeline), signal);
        ids.push(id);
      }

      for (const id of ids) {
        const row = await rowOf(pipeline, id);
        expect(row.applied_at).not.toBeNull();
        expect(readCounts(row)).toMatchObject({
          ...{ calls: 2, events: 6, exchanges: exchanges.length / ends },
        });
      }
      expect(await kept(pipeline)).not.toContain('207183');
    },
  );

  it('is worked on by one of two processes, and counts once', async () => {
    const pipeline = await openPipeline(open);
    for (let at = 1; at <= 5; at += 1) await told(pipeline, `c-${at}`, number(1));
    await pipeline.drain();
    const id = await begin(pipeline, number(1));

    await Promise.all(
      ['node-1', 'node-2', 'node-3'].map((node) =>
        applyErasures(depsOf(pipeline, { node }), signal),
      ),
    );

    expect(readCounts(await rowOf(pipeline, id))).toMatchObject({ calls: 5, events: 15 });
  });

  it('is taken over when its process stands still, which then writes nothing more', async () => {
    const pipeline = await openPipeline(open);
    for (let at = 1; at <= 3; at += 1) await told(pipeline, `c-${at}`, number(1));
    await pipeline.drain();
    const id = await begin(pipeline, number(1));
    const gate = Promise.withResolvers<number>();
    const stands = Promise.withResolvers<void>();
    const slow = applyErasures(
      depsOf(pipeline, {
        forgetCopies: () => {
          stands.resolve();
          return gate.promise;
        },
      }),
      signal,
    );
    await stands.promise;

    await applyErasures(depsOf(pipeline, { node: 'node-2' }), signal);
    const early = await rowOf(pipeline, id);
    pipeline.clock.advance(61_000);
    await applyErasures(depsOf(pipeline, { node: 'node-2' }), signal);
    gate.resolve(7);
    await slow;

    expect(early.applied_at).toBeNull();
    expect(readCounts(await rowOf(pipeline, id))).toMatchObject({
      ...{ calls: 3, events: 9, index_contacts: 0 },
    });
  });

  it('waits for a call however old it is, and erases it when the CRM has been told', async () => {
    const pipeline = await openPipeline(open);
    await told(pipeline, 'c-1', number(1));
    pipeline.clock.advance(5 * DAY_MS);
    const id = await begin(pipeline, number(1));

    await applyErasures(depsOf(pipeline), signal);
    await applyErasures(depsOf(pipeline), signal);
    const waiting = await rowOf(pipeline, id);
    await pipeline.drain();
    await applyErasures(depsOf(pipeline), signal);

    expect(waiting.waiting).toBe(1);
    expect(await rowOf(pipeline, id)).toMatchObject({ waiting: 0 });
    expect(pipeline.runner.sent.length).toBeGreaterThan(0);
    expect(await kept(pipeline)).not.toContain('207183');
  });

  it('gives up what the CRM was not told within a day, and forgets who it was', async () => {
    const pipeline = await openPipeline(open);
    await told(pipeline, 'c-1', number(1));
    const id = await begin(pipeline, number(1));
    await applyErasures(depsOf(pipeline), signal);
    const before = await rowOf(pipeline, id);

    pipeline.clock.advance(DAY_MS);
    await applyErasures(depsOf(pipeline), signal);

    const after = await rowOf(pipeline, id);
    expect([before.waiting, before.sealed === null]).toEqual([1, false]);
    expect([after.waiting, after.sealed, after.key_id]).toEqual([0, null, null]);
    expect(new Set((await pipeline.steps()).map((step) => step.split(' ')[1]))).toEqual(
      new Set(['discarded']),
    );
    expect(await kept(pipeline)).not.toContain('207183');
    expect(await pipeline.drain()).toBe(0);
    expect(pipeline.runner.sent).toEqual([]);
  });

  it('is of all calls that came before it, whatever the clock of the phone system says', async () => {
    const pipeline = await openPipeline(open);
    const at = pipeline.clock.now() + 60 * 60_000;
    const { ringing, ended } = aCall();
    await pipeline.accept({ ...ringing, at, calling_number: number(1) }, { ...ended, at });
    await pipeline.drain();
    const id = await begin(pipeline, number(1));
    pipeline.clock.advance(1_000);
    const later = { call_id: 'later', at: pipeline.clock.now() };
    await pipeline.accept({ ...ringing, ...later, calling_number: number(1) });
    await pipeline.accept({ ...ended, ...later });
    await pipeline.drain();

    await applyErasures(depsOf(pipeline), signal);

    expect(readCounts(await rowOf(pipeline, id))).toMatchObject({ calls: 1 });
  });

  it('leaves the call of somebody else with the same number, without the person', async () => {
    const pipeline = await openPipeline(open);
    await told(pipeline, 'c-1', number(1));
    await pipeline.drain();
    const choices = [
      { contact_id: 'g', contact_name: 'Grace Hopper' },
      { contact_id: 'a', contact_name: 'Ada Wood' },
    ];
    const memory = JSON.stringify({ candidates: 2, choices });
    await pipeline.database.write((transaction) =>
      transaction.updateTable('lane').set({ memory }).execute(),
    );
    const person = {
      numbers: [],
      contacts: [{ connectionId: SEEDED.connectionId, contactId: 'g', contactType: '' }],
    };
    const wish = { asked: person, person, keepOut: false };
    const { id } = await createEraser(depsOf(pipeline)).begin(SCOPE, wish, 'test');

    await applyErasures(depsOf(pipeline), signal);

    const left = await kept(pipeline);
    expect(left).not.toContain('Hopper');
    expect(left).toContain('Ada Wood');
    expect(left).toContain(number(1));
    expect(readCounts(await rowOf(pipeline, id))).toMatchObject({ calls: 0, exchanges: 1 });
  });
});
