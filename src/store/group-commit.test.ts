import type { ControlledTransaction } from 'kysely';
import { expect, test, vi } from 'vitest';

import { AppError } from '../errors/app-error.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Tables } from './schema.ts';

interface Script {
  /** What the nth commit does, from 0; later ones succeed. */
  readonly commits?: readonly (AppError | undefined)[];
  readonly begins?: readonly (AppError | undefined)[];
}

function scripted(
  script: Script,
  oneTurn = false,
  sync?: () => Promise<void>,
  writers: number = 1,
) {
  const log: string[] = [];
  const fatal: AppError[] = [];
  let begun = 0;
  let committed = 0;
  const begin = (): Promise<ControlledTransaction<Tables>> => {
    const problem = script.begins?.[begun];
    begun += 1;
    log.push('begin');
    if (problem !== undefined) return Promise.reject(problem);
    const transaction = {
      commit: () => ({
        execute: () => {
          const failure = script.commits?.[committed];
          committed += 1;
          log.push(failure === undefined ? 'commit' : 'commit failed');
          return failure === undefined ? Promise.resolve() : Promise.reject(failure);
        },
      }),
      rollback: () => ({
        execute: () => {
          log.push('rollback');
          return Promise.resolve();
        },
      }),
    };
    // The group commit calls these two members only; the jobs here touch no table.
    return Promise.resolve(transaction as unknown as ControlledTransaction<Tables>);
  };
  const slept: number[] = [];
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: (ms: number) => {
      slept.push(ms);
      return Promise.resolve();
    },
  };
  const commits = createGroupCommit({
    begin,
    clock,
    onFatal: (err) => fatal.push(err),
    oneTurn,
    sync,
    writers,
  });
  return { commits, log, fatal, slept };
}

const undone = new AppError('database_unavailable', 'deadlock', { details: { rolledBack: true } });
const lost = new AppError('database_unavailable', 'lost', { details: { rolledBack: false } });

test('a commit whose answer was lost is reported and never run again', async () => {
  const { commits, log, fatal } = scripted({ commits: [lost] });

  const settled = await Promise.allSettled([
    commits.write(() => Promise.resolve(1)),
    commits.write(() => Promise.resolve(2)),
  ]);

  expect(settled).toMatchObject([{ reason: { message: 'lost' } }, { reason: { message: 'lost' } }]);
  expect(log).toEqual(['begin', 'commit failed', 'rollback']);
  expect(fatal).toEqual([]);
});

test('a commit that the database undid runs again, each job alone', async () => {
  const { commits, log } = scripted({ commits: [undone] });

  const settled = await Promise.all([
    commits.write(() => Promise.resolve(1)),
    commits.write(() => Promise.resolve(2)),
  ]);

  expect(settled).toEqual([1, 2]);
  expect(log).toEqual(['begin', 'commit failed', 'rollback', 'begin', 'commit', 'begin', 'commit']);
});

test('a single job that deadlocks is tried again with growing waits, then reported', async () => {
  const { commits, slept } = scripted({ commits: [undone, undone, undone, undone] });

  await expect(commits.write(() => Promise.resolve())).rejects.toBe(undone);

  expect(slept).toEqual([20, 100, 500]);
});

test('a connection that breaks before the commit is asked for costs nobody anything', async () => {
  const { commits, log } = scripted({ begins: [lost] });

  await expect(commits.write(() => Promise.resolve('ok'))).resolves.toBe('ok');

  expect(log).toEqual(['begin', 'begin', 'commit']);
});

test('several writers do jobs side by side, each in a transaction of its own, and no more than these', async () => {
  const { commits, log } = scripted({}, false, undefined, 2);
  const running: number[] = [];
  const ends: (() => void)[] = [];
  const job = (number: number) => () =>
    new Promise<number>((resolve) => {
      running.push(number);
      ends.push(() => resolve(number));
    });

  const answers = [1, 2, 3].map((number) => commits.write(job(number)));
  await vi.waitFor(() => expect(running).toEqual([1, 2]));
  ends[1]?.();
  await expect(answers[1]).resolves.toBe(2);
  await vi.waitFor(() => expect(running).toEqual([1, 2, 3]));
  ends[0]?.();
  ends[2]?.();

  await expect(Promise.all(answers)).resolves.toEqual([1, 2, 3]);
  expect(log.filter((entry) => entry === 'begin')).toHaveLength(3);
  await commits.close();
});

test('a closed one has done what was asked for before, and refuses the rest', async () => {
  const { commits, log } = scripted({}, false, undefined, 3);
  const answers = Array.from({ length: 10 }, () => commits.write(() => Promise.resolve('done')));

  const closed = commits.close();

  await expect(commits.write(() => Promise.resolve())).rejects.toMatchObject({
    code: 'database_unavailable',
  });
  await closed;
  expect(log.filter((entry) => entry === 'commit')).toHaveLength(10);
  await expect(Promise.all(answers)).resolves.toHaveLength(10);
});

test('a failed fsync is fatal: nothing is acknowledged afterwards', async () => {
  const failed = new AppError('database_failed', 'input/output error');
  const { commits, fatal } = scripted({ commits: [failed] });

  await expect(commits.write(() => Promise.resolve())).rejects.toBe(failed);

  expect(fatal).toEqual([failed]);
  await expect(commits.write(() => Promise.resolve())).rejects.toBe(failed);
});

test('a full disk under the commit fails these jobs only', async () => {
  const full = new AppError('storage_full', 'full');
  const { commits, fatal } = scripted({ commits: [full] });

  await expect(commits.write(() => Promise.resolve())).rejects.toBe(full);

  await expect(commits.write(() => Promise.resolve('later'))).resolves.toBe('later');
  expect(fatal).toEqual([]);
});

test('a job that waits for something besides statements is ended, so that it cannot hold the writer', async () => {
  const { commits } = scripted({}, true);

  const nested = commits.write(() => commits.write(() => Promise.resolve()));

  await expect(nested).rejects.toMatchObject({ code: 'internal' });
  await expect(commits.write(() => Promise.resolve('next'))).resolves.toBe('next');
});

test('more jobs than the memory should hold are refused, the others are done', async () => {
  const { commits } = scripted({});

  const settled = await Promise.allSettled(
    Array.from({ length: 20_010 }, () => commits.write(() => Promise.resolve())),
  );

  const refused = settled.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(10);
  expect(refused[0]).toMatchObject({ reason: { code: 'overloaded' } });
});

test('where a commit is not on disk yet, nobody is answered before the sync that follows it', async () => {
  const syncs: (() => void)[] = [];
  const { commits, log } = scripted({}, true, () => new Promise((resolve) => syncs.push(resolve)));
  const answered: string[] = [];
  const write = (name: string) =>
    commits.write(() => Promise.resolve()).then(() => answered.push(name));

  const first = write('first');
  await turns();
  const second = write('second');
  await turns();
  const before = [...answered];
  syncs.shift()?.();
  await first;
  await turns();
  const between = [...answered];
  syncs.shift()?.();
  await second;

  expect(before).toEqual([]);
  expect(between).toEqual(['first']);
  expect(answered).toEqual(['first', 'second']);
  expect(log).toEqual(['begin', 'commit', 'begin', 'commit']);
});

test('a job that may be taken back is answered at its commit, and synced all the same', async () => {
  const syncs: (() => void)[] = [];
  const { commits } = scripted({}, true, () => new Promise((resolve) => syncs.push(resolve)));
  let written = false;

  const soon = await commits.writeSoon(() => Promise.resolve('at once'));
  const later = commits.write(() => Promise.resolve()).then(() => (written = true));
  await turns();
  const syncsBegun = syncs.length;
  const before = written;
  syncs.shift()?.();
  await turns();
  syncs.shift()?.();
  await later;

  expect(soon).toBe('at once');
  expect(syncsBegun).toBe(1);
  expect(before).toBe(false);
});

test('a sync that fails is fatal, and what was committed meanwhile is reported as lost too', async () => {
  let syncs = 0;
  const { commits, fatal } = scripted({}, true, () => {
    syncs += 1;
    return Promise.reject(new Error('input/output error'));
  });

  const written = Array.from({ length: 300 }, () => commits.write(() => Promise.resolve()));
  const settled = await Promise.allSettled(written);

  expect(new Set(settled.map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(settled[299]).toMatchObject({ reason: { code: 'database_failed' } });
  expect(fatal).toHaveLength(1);
  expect(syncs).toBe(1);
  await expect(commits.write(() => Promise.resolve())).rejects.toMatchObject({
    code: 'database_failed',
  });
});

test('jobs beyond what one commit takes do not wait for the disk to go on', async () => {
  const syncs: (() => void)[] = [];
  const { commits, log } = scripted({}, true, () => new Promise((resolve) => syncs.push(resolve)));

  const written = Array.from({ length: 400 }, () => commits.write(() => Promise.resolve()));
  await turns();
  const whileSyncing = [...log];
  syncs.shift()?.();
  await turns();
  syncs.shift()?.();
  await Promise.all(written);

  expect(whileSyncing).toEqual(['begin', 'commit', 'begin', 'commit']);
});

test('closes after the last sync', async () => {
  const syncs: (() => void)[] = [];
  const { commits } = scripted({}, true, () => new Promise((resolve) => syncs.push(resolve)));
  let closed = false;

  const written = commits.write(() => Promise.resolve());
  const closing = commits.close().then(() => (closed = true));
  await turns();
  const before = closed;
  syncs.shift()?.();
  await written;
  await closing;

  expect(before).toBe(false);
});

/** Lets the turns of the event loop pass that a commit takes. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
