import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { SyncState } from '../index/sync-store.ts';
import type { SyncPoint } from './run-pass.ts';
import { cancelSync } from './sync-actions.ts';
import { BY_PAGE, dies } from './testing/dying.ts';
import { someone } from './testing/listing-crm.ts';
import { people, syncDocument } from './testing/sync-document.ts';
import { openSyncSite, startSyncKit } from './testing/sync-kit.ts';
import type { SyncKit, SyncSite } from './testing/sync-kit.ts';

const isComplete = (state: SyncState | undefined): boolean =>
  state?.lastCompleteAt !== undefined && state.pass === undefined;
const ALL = Array.from({ length: 45 }, (_, index) => String(index + 1));
const pagesOf = (paths: readonly string[]): readonly (string | undefined)[] =>
  paths.map((path) => /page=(\d+)/.exec(path)?.[1]);

describeDatabases('a sync of contacts under faults', (databases) => {
  let site: SyncSite;
  let kit: SyncKit;
  beforeAll(async () => {
    site = await openSyncSite(databases);
  });
  afterEach(() => kit.close());
  afterAll(() => site.close());

  const start = async (options: Readonly<Record<string, unknown>> = {}): Promise<void> => {
    kit = await startSyncKit(site, {
      document: syncDocument({ Contacts: people('page') }),
      options,
    });
    kit.people.push(...someone(45));
  };

  describe('a process that ends', () => {
    test.each<[point: SyncPoint, times: number, from: string | undefined]>([
      ['contacts-page-read', 1, '1'],
      ['contacts-page-read', 3, '2'],
      ['contacts-batch-written', 1, '1'],
      ['contacts-batch-written', 2, '2'],
      ['contacts-batch-written', 6, '4'],
      ['contacts-list-ended', 1, undefined],
      ['contacts-pass-complete', 1, undefined],
    ])('at %s, %i times, is followed by one that goes on there', async (point, times, from) => {
      await start();
      const { more, dead } = dies(kit.index, point, times);
      const dying = kit.newWorker('node-1', more);
      await dead;
      // Its last request may still be under way.
      await dying.close();
      const before = kit.asked().length;

      kit.newWorker('node-1', BY_PAGE);
      const { counts } = await kit.until(isComplete);

      const again = pagesOf(kit.asked().slice(before));
      if (from !== undefined) expect(Number(again[0])).toBeGreaterThanOrEqual(Number(from));
      // The CRM may see the last request of the dead one only now: one page may stand here twice.
      const pages = from === undefined ? 1 : 7 - Number(from);
      expect(new Set(again).size).toBeLessThanOrEqual(pages);
      expect(again.length).toBeLessThanOrEqual(pages + 1);
      expect(await kit.ids()).toEqual(ALL);
      expect(counts).toMatchObject({ received: 45, added: 45, removed: 0 });
    });
  });

  test('what the first pages told of the last change is known after a restart', async () => {
    await start();
    const [first] = kit.people.splice(0, 1);
    if (first === undefined) throw new Error('nobody');
    const latest = Date.UTC(2026, 2, 1);
    kit.people.unshift({ ...first, changed_at: new Date(latest).toISOString() });
    const { more, dead } = dies(kit.index, 'contacts-batch-written', 4);
    const dying = kit.newWorker('node-1', more);
    await dead;
    await dying.close();
    const page = (await kit.state())?.counts.pages;

    kit.newWorker('node-1', BY_PAGE);
    const { marks } = await kit.until(isComplete);

    expect(page).toBeGreaterThan(0);
    expect(marks).toContain(String(latest));
  });

  test('who has lost the right to sync writes nothing more', async () => {
    await start();
    const { promise: held, resolve: release } = Promise.withResolvers<undefined>();
    const { promise: asked, resolve: arrived } = Promise.withResolvers<undefined>();
    kit.fault = (request) => {
      if (!request.url.includes('page=2')) return false;
      arrived(undefined);
      kit.fault = undefined;
      return false;
    };
    const slow = kit.newWorker('node-1', {
      ...BY_PAGE,
      places: {
        enterBehind: async () => {
          if (kit.asked().length > 1) await held;
          return () => {};
        },
      },
    });
    await asked;
    const at = Date.now();
    const lease = await kit.index.sync.takeLease(kit.of, {
      ...{ owner: 'node-2', now: at, until: at + 60_000, seize: true },
    });
    const before = await kit.state();
    release(undefined);
    await slow.close();

    expect(lease).toBeDefined();
    expect((await kit.state())?.counts).toEqual(before?.counts);
    expect((await kit.state())?.pass?.place).toBe(before?.pass?.place);
    if (lease !== undefined) {
      await kit.index.sync.releaseLease(kit.of, lease, { dueAt: at, wasDueAt: undefined });
    }
    kit.newWorker('node-2', BY_PAGE);
    await kit.until(isComplete);
    expect(await kit.ids()).toEqual(ALL);
  });

  test('two processes read each list once', async () => {
    await start();
    kit.newWorker('node-1', BY_PAGE);
    kit.newWorker('node-2', BY_PAGE);
    await kit.until(isComplete);

    expect(pagesOf(kit.asked())).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('a CRM that asks for time gets it, and nobody else notices', async () => {
    await start();
    let refused = 0;
    kit.fault = (request, response) => {
      if (!request.url.includes('page=3') || refused > 0) return false;
      refused += 1;
      response.writeHead(429, { 'retry-after': '1' }).end('{}');
      return true;
    };
    kit.newWorker('node-1', BY_PAGE);

    const waiting = await kit.until((state) => state?.lastFailure !== undefined);
    expect(waiting.lastFailure?.code).toBe('throttled');
    expect(waiting.pass).toBeDefined();
    await kit.until(isComplete);

    expect(pagesOf(kit.asked())).toEqual(['1', '2', '3', '3', '4', '5', '6']);
  });

  test('a connection that is paused is left alone, and read on when it is not', async () => {
    await start();
    const { is } = kit.connection;
    if (is === undefined) throw new Error('there is no connection');
    kit.fault = () => {
      kit.connection.is = { ...is, state: 'paused' };
      return false;
    };
    const worker = kit.newWorker('node-1', BY_PAGE);
    await kit.until((state) => state?.counts.pages === 1);
    await worker.close();
    expect(pagesOf(kit.asked())).toEqual(['1']);

    kit.fault = undefined;
    kit.connection.is = is;
    await kit.index.sync.schedule(kit.of, Date.now());
    kit.newWorker('node-1', BY_PAGE);
    await kit.until(isComplete);

    expect(pagesOf(kit.asked())).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  test('a connection that is changed is read on as it is then', async () => {
    await start();
    const { is } = kit.connection;
    if (is === undefined) throw new Error('there is no connection');
    kit.fault = (request) => {
      if (request.url.includes('page=2')) {
        kit.connection.is = { ...is, revision: 2, options: { ...is.options, contact_fields: [] } };
      }
      return false;
    };
    kit.newWorker('node-1', BY_PAGE);
    await kit.until(isComplete);

    const key = { kind: 'person', contactType: '', crmId: '45' } as const;
    expect(await kit.index.byId(kit.of, key)).toMatchObject({ phones: [] });
  });

  test('no request leaves before its rate allows it', async () => {
    await start();
    const { promise: allowed, resolve: allow } = Promise.withResolvers<undefined>();
    const { promise: waits, resolve: waiting } = Promise.withResolvers<undefined>();
    kit.newWorker('node-1', {
      ...BY_PAGE,
      admission: {
        enter: async () => {
          waiting(undefined);
          await allowed;
        },
      },
    });
    await waits;
    const before = kit.asked().length;
    allow(undefined);
    await kit.until(isComplete);

    expect(before).toBe(0);
    expect(kit.asked()).not.toHaveLength(0);
  });

  test('a connection that is deleted takes its contacts along', async () => {
    await start();
    kit.fault = (request) => {
      if (request.url.includes('page=3')) kit.connection.is = undefined;
      return false;
    };
    kit.newWorker('node-1', BY_PAGE);
    while (kit.connection.is !== undefined) await new Promise((resolve) => setImmediate(resolve));
    while ((await kit.index.sync.read(kit.of)).job !== undefined) {
      await new Promise((resolve) => setImmediate(resolve));
    }

    expect(await kit.ids()).toEqual([]);
  });

  test('a sync that somebody stops ends, and takes nobody for deleted', async () => {
    await start();
    const { promise: asked, resolve: arrived } = Promise.withResolvers<undefined>();
    kit.fault = (request) => {
      if (!request.url.includes('page=2')) return false;
      arrived(undefined);
      return true;
    };
    kit.newWorker('node-1', BY_PAGE);
    await asked;
    const { is } = kit.connection;
    if (is === undefined) throw new Error('there is no connection');
    await kit.until((state) => state?.counts.pages === 1);

    await cancelSync(kit.actions, is);

    const state = await kit.until((seen) => seen?.pass === undefined);
    expect(state.lastFailure?.code).toBe('cancelled');
    expect(await kit.ids()).toEqual(ALL.slice(0, 10));
  });

  test('a copy that is no longer wanted is forgotten, and made anew when it is', async () => {
    await start();
    kit.newWorker('node-1', BY_PAGE);
    await kit.until(isComplete);
    const { is } = kit.connection;
    if (is === undefined) throw new Error('there is no connection');

    kit.connection.is = { ...is, options: { ...is.options, contact_sync: false } };
    await kit.index.sync.schedule(kit.of, Date.now());
    while ((await kit.state()) !== undefined) await new Promise((resolve) => setImmediate(resolve));
    const without = await kit.ids();
    kit.connection.is = is;
    await kit.index.sync.schedule(kit.of, Date.now());
    await kit.until(isComplete);

    expect(without).toEqual([]);
    expect(await kit.ids()).toEqual(ALL);
  });

  test('a CRM that asked for time gets it from the next process, too, whoever asks', async () => {
    await start();
    kit.fault = (request, response) => {
      if (!request.url.includes('page=3')) return false;
      response.writeHead(429, { 'retry-after': '3600' }).end('{}');
      return true;
    };
    const worker = kit.newWorker('node-1', BY_PAGE);
    await kit.until((state) => state?.lastFailure !== undefined);
    await worker.close();
    const before = kit.asked().length;
    kit.fault = undefined;

    const { promise: looked, resolve } = Promise.withResolvers<undefined>();
    const release = kit.index.sync.releaseLease.bind(kit.index.sync);
    const sync = {
      ...kit.index.sync,
      releaseLease: async (...given: Parameters<typeof release>) => {
        await release(...given);
        resolve(undefined);
      },
    };
    await kit.ask('full');
    kit.newWorker('node-2', { ...BY_PAGE, index: { ...kit.index, sync } });
    await looked;

    const { job } = await kit.index.sync.read(kit.of);
    expect(kit.asked()).toHaveLength(before);
    expect(job?.dueAt).toBe(job?.notBefore);
    expect((job?.notBefore ?? 0) - Date.now()).toBeGreaterThan(3_500_000);
    expect(job?.brake).toContain('"gapMs":250');
  });

  test('what may not be stored is not', async () => {
    await start({ contact_fields: ['email'] });
    kit.newWorker('node-1');
    await kit.until(isComplete);

    const key = { kind: 'person', contactType: '', crmId: '1' } as const;
    expect(await kit.index.byId(kit.of, key)).toMatchObject({ name: 'Person 1', phones: [] });
  });
});
