import { setImmediate } from 'node:timers/promises';

import { beforeEach, describe, expect, it } from 'vitest';

import type { Leave, Places, PlacesOfClaim } from './places.ts';
import { createPlaces } from './places.ts';

const never = new AbortController().signal;
const crm = (concurrency: number, id = 'crm-1') => ({ id, options: { concurrency } });

describe('places of a connection', () => {
  let places: Places;
  let woken = 0;
  let now = 0;
  let sleepers: { readonly ms: number; readonly end: () => void }[] = [];

  beforeEach(() => {
    woken = 0;
    now = 0;
    sleepers = [];
    places = createPlaces({
      wake: () => {
        woken += 1;
      },
      clock: {
        monotonic: () => now,
        sleep: (ms, signal) => {
          const { promise, resolve, reject } = Promise.withResolvers<undefined>();
          sleepers.push({ ms, end: () => resolve(undefined) });
          signal?.addEventListener('abort', () => reject(new Error('ended')));
          return promise;
        },
      },
    });
  });

  /** Lets so much time pass as the longest sleep of now. */
  async function pass(): Promise<void> {
    const asleep = sleepers;
    sleepers = [];
    for (const { end } of asleep) end();
    await setImmediate();
  }

  async function lookUp(concurrency: number, signal = never) {
    const asked: { told?: string; leave?: Leave } = {};
    places.enter(crm(concurrency), { ms: 2_000, signal }).then(
      (entered) => {
        asked.told = entered.status === 'refused' ? entered.message : 'entered';
        if (entered.status === 'entered') asked.leave = entered.leave;
      },
      () => {
        asked.told = 'ended';
      },
    );
    await setImmediate();
    return asked;
  }

  async function sync(concurrency: number, signal = never) {
    const asked: { told?: string; leave?: Leave } = {};
    places.enterBehind(crm(concurrency), signal).then(
      (leave) => {
        asked.told = 'entered';
        asked.leave = leave;
      },
      () => {
        asked.told = 'ended';
      },
    );
    await setImmediate();
    return asked;
  }

  function claim(concurrency: number, leased = 0, most = concurrency) {
    const taken: PlacesOfClaim = places.beginClaim();
    return { taken, count: taken.hold(crm(concurrency), { most, leased }) };
  }

  it('lets look-ups in until all are taken, then one by one in the order of asking', async () => {
    const first = await lookUp(2);
    const second = await lookUp(2);
    const third = await lookUp(2);
    const fourth = await lookUp(2);
    const before = [first, second, third, fourth].map(({ told }) => told);

    second.leave?.();
    second.leave?.();
    await setImmediate();

    expect(before).toEqual(['entered', 'entered', undefined, undefined]);
    expect([third.told, fourth.told]).toEqual(['entered', undefined]);
  });

  it('lets who asks now pass those who have waited too long to be of use', async () => {
    const first = await lookUp(1);
    const stale = await lookUp(1);
    now += 2_000;
    const fresh = await lookUp(1);
    const fresher = await lookUp(1);

    first.leave?.();
    await setImmediate();
    expect([stale.told, fresh.told, fresher.told]).toEqual([undefined, 'entered', undefined]);

    fresh.leave?.();
    await setImmediate();
    fresher.leave?.();
    await setImmediate();
    expect([stale.told, fresher.told]).toEqual(['entered', 'entered']);
  });

  it('says so where none comes free within the deadline, and forgets who gave up', async () => {
    const first = await lookUp(1);
    const late = await lookUp(1);
    await pass();
    first.leave?.();
    const next = await lookUp(1);

    expect(late.told).toBe(
      'The CRM was not asked: it takes no more than 1 request at once, and none of those under way ended in time.',
    );
    expect(next.told).toBe('entered');
  });

  it('lets nobody in who waits no longer', async () => {
    const ends = new AbortController();
    await lookUp(1);
    const waiting = await lookUp(1, ends.signal);

    ends.abort();
    await setImmediate();

    expect(waiting.told).toBe('ended');
  });

  it('counts each connection by itself', async () => {
    await lookUp(1);

    const other = await places.enter(crm(1, 'crm-2'), { ms: 0, signal: never });

    expect(other.status).toBe('entered');
  });

  it.each([
    { name: 'none is asked for', lookUps: 0, leased: 0, most: 4, free: 4 },
    { name: 'some have lanes', lookUps: 0, leased: 3, most: 4, free: 1 },
    { name: 'look-ups are under way', lookUps: 3, leased: 0, most: 4, free: 1 },
    { name: 'look-ups wait', lookUps: 6, leased: 0, most: 4, free: 0 },
    { name: 'the connection starts slowly', lookUps: 2, leased: 0, most: 1, free: 1 },
    { name: 'it has more lanes than it may', lookUps: 0, leased: 6, most: 4, free: 0 },
  ])('leaves a claim what look-ups leave: $name', async ({ lookUps, leased, most, free }) => {
    for (let at = 0; at < lookUps; at += 1) await lookUp(4);

    expect(claim(4, leased, most).count).toBe(free);
  });

  it('lets no look-up in while a claim is under way, and the others once it took less', async () => {
    const { taken } = claim(2);
    const first = await lookUp(2);
    const second = await lookUp(2);
    const during = first.told;

    const [leave] = taken.end(['crm-1']);
    await setImmediate();
    const after = [first.told, second.told];
    leave?.();
    await setImmediate();

    expect(during).toBeUndefined();
    expect(after).toEqual(['entered', undefined]);
    expect(second.told).toBe('entered');
  });

  it('holds once what a claim asks for twice', async () => {
    const { taken } = claim(2);
    const again = taken.hold(crm(2), { most: 2, leased: 0 });
    taken.end([]);
    taken.end([]);

    expect(again).toBe(2);
    expect((await lookUp(2)).told).toBe('entered');
    expect((await lookUp(2)).told).toBe('entered');
    expect((await lookUp(2)).told).toBeUndefined();
  });

  it('wakes the worker when places come free that a claim had wanted', async () => {
    const first = await lookUp(1);
    claim(1).taken.end([]);
    const asleep = woken;

    first.leave?.();
    const second = await lookUp(1);
    second.leave?.();

    expect([asleep, woken]).toEqual([0, 1]);
  });

  it.each([
    [1, 1],
    [3, 1],
    [4, 2],
    [5, 2],
  ])('of %i places the background has %i at most', async (concurrency, share) => {
    const all = [await sync(concurrency), await sync(concurrency), await sync(concurrency)];

    expect(all.filter(({ told }) => told === 'entered')).toHaveLength(share);
  });

  it('leaves a place to a call for a moment before the background has it', async () => {
    const [leave] = claim(1).taken.end(['crm-1']);
    const page = await sync(1);
    leave?.();
    await setImmediate();
    const next = claim(1);
    const [leaveNext] = next.taken.end(['crm-1']);
    await pass();
    const [count, during] = [next.count, page.told];

    leaveNext?.();
    await setImmediate();
    await pass();

    expect([count, during, page.told]).toEqual([1, undefined, 'entered']);
  });

  it('lets the background wait while a look-up waits, and ends its wait when told to', async () => {
    const ends = new AbortController();
    await lookUp(1);
    await lookUp(1);
    const page = await sync(1, ends.signal);

    ends.abort();
    await setImmediate();

    expect(page.told).toBe('ended');
  });

  it('counts the background against calls', async () => {
    await sync(4);

    expect(claim(4).count).toBe(3);
  });
});
