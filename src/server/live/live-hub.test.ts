import { describe, expect, it } from 'vitest';

import { EventStream, MOST_WAITING_BYTES } from './event-stream.ts';
import { createLiveHub } from './live-hub.ts';
import type { LiveLimits, LiveMessage, LiveReader } from './live-hub.ts';

const RING: LiveMessage = { topic: 'ringing', event: 'ringing', extensions: ['101'], data: {} };

interface Told extends LiveReader {
  readonly texts: string[];
  isOver: boolean;
  stays: () => Promise<boolean>;
}

function world(limits: Partial<LiveLimits> = {}) {
  const at = { now: 0 };
  const pauses: (() => void)[] = [];
  const ids = { next: () => `epoch-${String((at.now += 1))}` };
  const clock = {
    monotonic: () => at.now,
    sleep: () => new Promise<void>((resolve) => pauses.push(() => resolve())),
  };
  const changes = { count: 0 };
  const watchedChanged = (): void => {
    changes.count += 1;
  };
  const warned: string[] = [];
  const log = { warn: (_fields: object, message: string) => void warned.push(message) };
  const hub = createLiveHub({ clock, ids, log, limits, watchedChanged });
  const reader = (of: Partial<Pick<LiveReader, 'topics' | 'extensions'>> = {}): Told => {
    const told: Told = {
      ...{ topics: new Set(['ringing'] as const), extensions: undefined, ...of },
      keyId: String(at.now),
      ...{ texts: [], isOver: false, stays: () => Promise.resolve(true) },
      send: (text) => {
        told.texts.push(text);
      },
      end: () => {
        told.isOver = true;
      },
      mayStay: () => told.stays(),
    };
    return told;
  };
  /** Lets so many of the checks pass that come every five seconds. */
  const pass = async (checks: number): Promise<void> => {
    for (let check = 0; check < checks; check += 1) {
      at.now += 5_000;
      for (const end of pauses.splice(0)) end();
      for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
    }
  };
  return { hub, reader, pass, at, changes, warned };
}

const idOf = (texts: readonly string[]): string =>
  texts
    .join('')
    .match(/^id: (.*)$/gmu)
    ?.at(-1)
    ?.slice(4) ?? '';
const eventsOf = (texts: readonly string[]): readonly string[] =>
  texts.join('').match(/(?<=^event: ).*$/gmu) ?? [];

describe('who reads events', () => {
  it('is told what concerns the topics and extensions', () => {
    const { hub, reader } = world();
    const [all, other, calls] = [
      reader(),
      reader({ extensions: new Set(['102']) }),
      reader({ topics: new Set(['calls']) }),
    ];
    for (const one of [all, other, calls]) hub.join('org', one, undefined);

    hub.publish('org', RING);
    hub.publish('org', { ...RING, extensions: ['101', '102'] });
    hub.publish('foreign', RING);

    expect([all, other, calls].map(({ texts }) => eventsOf(texts).length)).toEqual([2, 1, 0]);
  });

  it('leaves, and is told nothing any more', () => {
    const { hub, reader } = world({ perOrganization: 1 });
    const one = reader();
    const leave = hub.join('org', one, undefined);
    leave();
    leave();
    hub.publish('org', RING);

    expect(eventsOf(one.texts)).toEqual([]);
    expect(() => hub.join('org', reader(), undefined)).not.toThrow();
  });

  it('finds the stream closed where there are too many, or the server stops', () => {
    const { hub, reader } = world({ perOrganization: 2, inAll: 3 });
    const join = (organization: string): (() => void) =>
      hub.join(organization, reader(), undefined);
    const [first] = [join('a'), join('a')];

    expect(() => join('a')).toThrow('This organization has 2 open streams of events.');
    join('b');
    expect(() => join('b')).toThrow('This server has 3 open streams of events.');
    first();
    expect(() => join('b')).not.toThrow();
    hub.close();
    expect(() => join('c')).toThrow('The server is stopping');
  });

  it('ends with the server', () => {
    const { hub, reader } = world();
    const one = reader();
    hub.join('org', one, undefined);
    hub.close();

    expect(one.isOver).toBe(true);
  });

  it('ends when the key may read no more, and not when that cannot be told', async () => {
    const { hub, reader, pass, at } = world();
    const revoked = reader();
    at.now += 1;
    const unsure = reader();
    for (const one of [revoked, unsure]) hub.join('org', one, undefined);
    hub.start();
    revoked.stays = () => Promise.resolve(false);
    unsure.stays = () => Promise.reject(new Error('The database is away.'));
    await pass(1);

    expect([revoked.isOver, unsure.isOver]).toEqual([true, false]);
  });

  it('is looked after although another one throws, and later ones are', async () => {
    const { hub, reader, pass, at, warned } = world();
    const fail = (): never => {
      throw new Error('A socket behaves oddly.');
    };
    const broken = {
      ...reader(),
      send: () => {},
      end: fail,
      mayStay: () => Promise.resolve(false),
    };
    hub.join('org', broken, undefined);
    broken.send = fail;
    at.now += 1;
    const one = reader();
    hub.join('org', one, undefined);
    hub.start();
    await pass(3);
    one.stays = () => Promise.resolve(false);
    await pass(1);

    expect(one.texts.filter((text) => text === ': still here\n\n')).toHaveLength(1);
    expect(one.isOver).toBe(true);
    expect(new Set(warned)).toEqual(new Set(['a stream of events could not be looked after']));
  });

  it('has a comment every fifteen seconds', async () => {
    const { hub, reader, pass } = world();
    const one = reader();
    hub.join('org', one, undefined);
    hub.start();
    await pass(6);

    expect(one.texts.filter((text) => text === ': still here\n\n')).toHaveLength(2);
  });
});

describe('who comes back', () => {
  it('has what was missed, and nothing twice', () => {
    const { hub, reader } = world();
    const before = reader();
    const leave = hub.join('org', before, undefined);
    hub.publish('org', RING);
    leave();
    hub.publish('org', { ...RING, event: 'answered' });
    hub.publish('org', { ...RING, event: 'ended', extensions: ['102'] });
    const after = reader({ extensions: new Set(['101']) });
    hub.join('org', after, idOf(before.texts));

    expect(eventsOf(after.texts)).toEqual(['answered']);
    const again = reader();
    hub.join('org', again, idOf(after.texts));
    expect(eventsOf(again.texts)).toEqual([]);
  });

  it.each(['epoch-1:99', 'epoch-1:', 'epoch-1', 'other:0', 'x'.repeat(200), ':', 'epoch-1:-1'])(
    'with the id %s is told to load again',
    (id) => {
      const { hub, reader } = world();
      hub.join('org', reader(), undefined);
      const one = reader();
      hub.join('org', one, id);

      expect(eventsOf(one.texts)).toEqual(['reset']);
    },
  );

  it('after two minutes or too many events is told to load again', () => {
    const { hub, reader, at } = world();
    const before = reader();
    hub.join('org', before, undefined);
    hub.publish('org', RING);
    const id = idOf(before.texts);
    hub.publish('org', RING);
    at.now += 120_000;
    hub.publish('org', RING);
    const late = reader();
    hub.join('org', late, id);
    expect(eventsOf(late.texts)).toEqual(['reset']);

    const now = idOf(late.texts);
    for (let event = 0; event <= 2_000; event += 1) hub.publish('org', RING);
    const slow = reader();
    hub.join('org', slow, now);
    expect(eventsOf(slow.texts)).toEqual(['reset']);
  });

  it('after more text than a stream may hold is told to load again, and keeps the stream', () => {
    const { hub, reader } = world();
    const before = reader();
    hub.join('org', before, undefined)();
    const id = idOf(before.texts);
    for (let event = 0; event < 300; event += 1) {
      hub.publish('org', { ...RING, data: { name: 'x'.repeat(1_024) } });
    }
    const stream = new EventStream();
    const after = reader();
    const send = (text: string): void => {
      after.send(text);
      stream.send(text);
    };
    hub.join('org', { ...after, send }, id);

    expect([eventsOf(after.texts), stream.destroyed]).toEqual([['reset'], false]);
    const again = reader();
    hub.join('org', again, idOf(after.texts));
    expect(eventsOf(again.texts)).toEqual([]);
  });

  it.each([
    ['ASCII', 'x'.repeat(1_024)],
    ['letters of three bytes', '語'.repeat(1_024)],
    ['one event that is all but too long', 'x'.repeat(48_000)],
  ])('has what was missed of %s only as far as a stream holds it', (_what, name) => {
    const { hub, reader } = world();
    const before = reader();
    hub.join('org', before, undefined);
    const ids: string[] = [];
    for (let event = 0; event < 400; event += 1) {
      ids.push(idOf(before.texts.splice(0)));
      hub.publish('org', { ...RING, data: { name } });
    }
    const told = ids.map((id) => {
      const stream = new EventStream();
      const after = reader();
      const send = (text: string): void => {
        after.send(text);
        stream.send(text);
      };
      hub.join('org', { ...after, send }, id)();
      return { stream, events: eventsOf(after.texts) };
    });

    expect(told.every(({ stream }) => !stream.destroyed)).toBe(true);
    expect(told.every(({ stream }) => stream.readableLength < MOST_WAITING_BYTES)).toBe(true);
    expect(told.at(0)?.events).toEqual(['reset']);
    expect(told.at(-2)?.events).toEqual(['ringing', 'ringing']);
  });

  it('and whoever stayed is told to load what no event holds', () => {
    const { hub, reader } = world();
    const one = reader();
    hub.join('org', one, undefined);
    const id = idOf(one.texts);
    hub.publish('org', { ...RING, data: { name: '語'.repeat(20_000) } });
    const after = reader();
    hub.join('org', after, id);

    expect([eventsOf(one.texts), eventsOf(after.texts)]).toEqual([['reset'], ['reset']]);
    expect(one.texts.join('')).not.toContain('語');
  });

  it('after a word to load again is told so, too', () => {
    const { hub, reader } = world();
    const before = reader();
    hub.join('org', before, undefined);
    hub.publish('org', RING);
    const id = idOf(before.texts);
    hub.reset('Something was missed.');
    const after = reader();
    hub.join('org', after, id);

    expect(eventsOf(before.texts)).toEqual(['ringing', 'reset']);
    expect(eventsOf(after.texts)).toEqual(['reset']);
  });

  it('keeps the room for two minutes, and no longer', async () => {
    const { hub, reader, pass, changes } = world();
    hub.join('org', reader(), undefined)();
    hub.start();
    await pass(23);
    expect([hub.wants('org', 'ringing'), hub.watched()]).toEqual([true, ['org']]);

    await pass(2);
    expect([hub.wants('org', 'ringing'), hub.watched()]).toEqual([false, []]);
    expect(changes.count).toBe(2);
  });
});

describe('the body of a stream', () => {
  it('cuts a reader that is too far behind, and holds no more than that', () => {
    const stream = new EventStream();
    stream.on('error', () => {});
    for (let event = 0; event < 300; event += 1) stream.send('x'.repeat(1_024));

    expect(stream.destroyed).toBe(true);
  });

  it('ends in order, and takes nothing afterwards', async () => {
    const stream = new EventStream();
    stream.send('first');
    stream.finish();
    stream.finish();
    stream.send('second');

    const chunks: unknown[] = await stream.toArray();
    expect(chunks.map(String)).toEqual(['first']);
  });
});
