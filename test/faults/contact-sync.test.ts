import type { ServerResponse } from 'node:http';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { someone } from '../../src/contacts/sync/testing/listing-crm.ts';
import type { SyncPoint } from '../../src/contacts/sync/run-pass.ts';
import { describeDatabases, describePostgres } from '../../src/store/testing/databases.ts';
import { ContactHarness } from './contact-harness.ts';
import type { ContactServer, SyncAnswer } from './contact-harness.ts';

const FIRST = 45;
/** Pages of them, and the empty one after the last. */
const pagesOf = (count: number): number => Math.ceil(count / 10) + 1;

const isDone = ({ state }: SyncAnswer): boolean => state === 'idle';

/** The numbers of the pages that the CRM was asked for, in order. */
function asked(harness: ContactHarness, from: number): readonly number[] {
  const paths = harness.crm.asked().slice(from);
  return paths.map((path) => Number(/page=(\d+)/.exec(path)?.[1]));
}

/** The copy has each person of the CRM under the number and name that the CRM has, and nobody else. */
async function expectCopy(harness: ContactHarness, server: ContactServer): Promise<void> {
  const { people } = harness.crm;
  const names = await Promise.all(people.map(({ phone = '' }) => harness.nameOf(server, phone)));
  expect(names).toEqual(people.map(({ name }) => name));
  expect((await harness.read(server)).people).toBe(people.length);
}

function answerWith(response: ServerResponse, records: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ records }));
}

describeDatabases('a server that is killed while it syncs contacts', (databases) => {
  let harness: ContactHarness;
  let server: ContactServer;
  beforeAll(async () => {
    harness = await ContactHarness.open(await databases.settings());
    harness.crm.people.push(...someone(FIRST));
    const adminKey = await harness.adminKey();
    server = await harness.server('node-1');
    await server.start();
    await harness.connect(server.origin, adminKey);
    await harness.until(server, isDone);
  });
  afterAll(() => harness.close());

  /** Kills it at the point, and starts it again. */
  const killAt = async (point: SyncPoint, times: number): Promise<number> => {
    await server.arm(point, times);
    await harness.ask(server);
    await server.ended();
    const before = harness.crm.asked().length;
    await server.start();
    return before;
  };

  test.each<[point: SyncPoint, times: number, from: number]>([
    ['contacts-page-read', 1, 1],
    ['contacts-page-read', 4, 2],
    ['contacts-batch-written', 1, 1],
    ['contacts-batch-written', 4, 2],
    ['contacts-batch-written', 7, 4],
    ['contacts-list-ended', 1, 5],
    ['contacts-pass-complete', 1, 7],
  ])('at %s, %i times, goes on where it stopped', async (point, times, from) => {
    const { people } = harness.crm;
    people.push(...someone(5, Number(people.at(-1)?.id) + 1));
    for (const at of [0, 14, 33]) {
      const one = people[at];
      if (one !== undefined) people[at] = { ...one, name: `${one.name} ${point} ${times}` };
    }
    const [gone] = people.splice(20, 1);

    const before = await killAt(point, times);
    const done = await harness.until(server, isDone);

    const pages = asked(harness, before);
    // The last request of the dead one may be seen only now: it is of a later page.
    expect(pages.filter((page) => page < from)).toEqual([]);
    expect(new Set(pages).size).toBeLessThanOrEqual(1 + pagesOf(people.length) - from);
    const [list] = done.lists;
    expect(list).toMatchObject({ pass: null, removed: 0, last_error: null });
    // Who was missed by this one stays until the next one misses them, too.
    expect(done.people).toBe(people.length + 1);
    expect(await harness.nameOf(server, gone?.phone ?? '')).toBe(gone?.name);
    await harness.ask(server);
    await harness.until(server, (answer) => isDone(answer) && answer.people === people.length);
    await expectCopy(harness, server);
  });

  test('at any moment loses nobody', async () => {
    for (const wait of [5, 15, 30, 60]) {
      harness.crm.people.push(...someone(7, Number(harness.crm.people.at(-1)?.id) + 1));
      await harness.ask(server);
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
      });
      server.signal('SIGKILL');
      await server.ended();
      await server.start();
      await harness.until(server, isDone);
      await expectCopy(harness, server);
      expect((await harness.read(server)).lists[0]?.last_error).toBeNull();
    }
  });
});

// One process has a SQLite file, and no other.
describePostgres('a server that sleeps longer than its right to sync', (databases) => {
  test('writes nothing more, and another one has read on meanwhile', async () => {
    const harness = await ContactHarness.open(await databases.settings());
    try {
      const { people } = harness.crm;
      people.push(...someone(FIRST));
      const adminKey = await harness.adminKey();
      const [first, second] = [await harness.server('node-1'), await harness.server('node-2')];
      await first.start();
      const third = Promise.withResolvers<ServerResponse>();
      const fourth = Promise.withResolvers<ServerResponse>();
      harness.crm.fault = (request, response) => {
        const [page] = /page=[34]/.exec(request.url) ?? [];
        if (page === undefined) return false;
        if (page === 'page=4') harness.crm.fault = undefined;
        // The second server gets the third page at once.
        else if (isRenamed) return false;
        (page === 'page=4' ? fourth : third).resolve(response);
        return true;
      };
      let isRenamed = false;
      await harness.connect(first.origin, adminKey);
      const late = await third.promise;
      await harness.until(first, ({ lists }) => lists[0]?.received === 20);
      first.signal('SIGSTOP');
      // The answer is on its way while it sleeps, and grows old.
      answerWith(late, people.slice(20, 30));
      for (const [at, one] of people.entries()) {
        if (at >= 20) people[at] = { ...one, name: `${one.name} now` };
      }
      isRenamed = true;
      await second.start();
      const held = await fourth.promise;
      first.signal('SIGCONT');
      await first.says('goes on elsewhere');
      answerWith(held, people.slice(30, 40));
      const done = await harness.until(second, isDone);

      expect(asked(harness, 0)).toEqual([1, 2, 3, 3, 4, 5, 6]);
      expect(done.lists[0]).toMatchObject({ received: FIRST, removed: 0, last_error: null });
      await expectCopy(harness, first);
    } finally {
      await harness.close();
    }
  });

  describe('and two that work at the same time', () => {
    test('read each page once', async () => {
      const harness = await ContactHarness.open(await databases.settings());
      try {
        harness.crm.people.push(...someone(FIRST));
        const adminKey = await harness.adminKey();
        const [first, second] = [await harness.server('node-1'), await harness.server('node-2')];
        await Promise.all([first.start(), second.start()]);
        await harness.connect(first.origin, adminKey);
        await harness.until(second, isDone);

        expect(asked(harness, 0)).toEqual([1, 2, 3, 4, 5, 6]);
        await expectCopy(harness, second);
      } finally {
        await harness.close();
      }
    });
  });
});
