import type { LiveTopic } from '../../contract/live.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Ids } from '../../text/uuid.ts';
import type { Clock } from '../../time/clock.ts';
import { MOST_WAITING_BYTES } from './event-stream.ts';

/** Something that screens are told. */
export interface LiveMessage {
  readonly topic: LiveTopic;
  /** Its name in the stream. */
  readonly event: string;
  /** Of its call. */
  readonly extensions: readonly string[];
  readonly data: object;
}

/** Whoever reads a stream. */
export interface LiveReader {
  /** Whose key it reads with: those of one are asked for once. */
  readonly keyId: string;
  readonly topics: ReadonlySet<LiveTopic>;
  /** Undefined: those of all. */
  readonly extensions: ReadonlySet<string> | undefined;
  /** Hands text over without waiting; a reader that is too slow ends by itself. */
  send(text: string): void;
  end(): void;
  /** Whether its key may still read; rejects where that cannot be told now. */
  mayStay(): Promise<boolean>;
}

export interface LiveHub {
  /**
   * Lets a reader in, who first has what came since `lastId`, or `reset`. Returns how it leaves. Throws
   * `too_many_streams`, and `unavailable` while the server stops.
   */
  join(organizationId: string, reader: LiveReader, lastId: string | undefined): () => void;
  /** Tells all readers of the organization whom it concerns. */
  publish(organizationId: string, message: LiveMessage): void;
  /** Whether anybody reads this topic here, or did within the time in which they may come back. */
  wants(organizationId: string, topic: LiveTopic): boolean;
  /** Organizations with readers, or with those who may come back. */
  watched(): readonly string[];
  /** Says that something was missed, to the readers of one organization or to all. */
  reset(message: string, organizationId?: string): void;
  /** Ends the streams whose keys may not read any more; `start` does so every five seconds. */
  check(): Promise<void>;
  /** Checks keys and keeps the lines open, until `close`. */
  start(): void;
  /** Ends all streams. */
  close(): void;
}

export interface LiveHubDeps {
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly ids: Ids;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  readonly limits?: Partial<LiveLimits>;
  /** Told when an organization gets its first reader or loses its room. */
  readonly watchedChanged?: () => void;
}

export interface LiveLimits {
  /** Streams of an organization at one time, on this process. */
  readonly perOrganization: number;
  readonly inAll: number;
}

/** An office has a stream for each browser; a process has sockets for some thousands. */
const LIMITS: LiveLimits = { perOrganization: 1_000, inAll: 10_000 };
/** Who comes back within this time misses nothing. */
const KEPT_MS = 120_000;
const KEPT_MESSAGES = 2_000;
/**
 * Of one organization: whoever comes back has all of it at once, before anything is read, and room for
 * what happens then. Who has missed more loads it in one request.
 */
const KEPT_BYTES = (MOST_WAITING_BYTES * 3) / 4;
const KEPT_BYTES_IN_ALL = 16_777_216;
/** Of one event. */
const LONGEST_BYTES = 49_152;
/** A browser comes back after this time. */
const RETRY_MS = 2_000;
const CHECK_EVERY_MS = 5_000;
/** Every third check: proxies end lines that are silent for 30 to 60 seconds. */
const BEAT_EVERY_CHECKS = 3;

interface Kept {
  readonly number: number;
  readonly at: number;
  readonly message: LiveMessage;
  readonly text: string;
  /** Of `text`. */
  readonly bytes: number;
}

interface Room {
  /** Of this life of the room: ids of another one name nothing here. */
  readonly epoch: string;
  last: number;
  readonly kept: Kept[];
  /** Of all that is kept. */
  bytes: number;
  readonly readers: Set<LiveReader>;
  readonly topics: Set<LiveTopic>;
  /** Since when nobody reads; monotonic. */
  emptySince: number;
}

/** Hands what happens to whoever looks on in this process; nothing waits for a reader. */
export function createLiveHub(deps: LiveHubDeps): LiveHub {
  const { clock, ids } = deps;
  const limits = { ...LIMITS, ...deps.limits };
  const rooms = new Map<string, Room>();
  const closing = new AbortController();
  const all = { readers: 0, bytes: 0 };

  const roomOf = (organizationId: string): Room => {
    const known = rooms.get(organizationId);
    if (known !== undefined) return known;
    const room: Room = {
      ...{ epoch: ids.next(), last: 0, kept: [], bytes: 0 },
      ...{ readers: new Set<LiveReader>(), topics: new Set<LiveTopic>(), emptySince: 0 },
    };
    rooms.set(organizationId, room);
    deps.watchedChanged?.();
    return room;
  };
  const drop = (room: Room, count: number): void => {
    const bytes = room.kept.splice(0, count).reduce((sum, one) => sum + one.bytes, 0);
    room.bytes -= bytes;
    all.bytes -= bytes;
  };
  const keep = (room: Room, kept: Kept): void => {
    room.kept.push(kept);
    room.bytes += kept.bytes;
    all.bytes += kept.bytes;
    const old = room.kept.findIndex(({ at }) => at > kept.at - KEPT_MS);
    const many = Math.max(old, room.kept.length - KEPT_MESSAGES);
    if (many > 0) drop(room, many);
    while (room.bytes > KEPT_BYTES) drop(room, 1);
    while (all.bytes > KEPT_BYTES_IN_ALL && room.kept.length > 0) drop(room, 1);
  };
  const forget = (room: Room): void => {
    drop(room, room.kept.length);
  };

  /** What goes wrong with one of them keeps nobody else from being looked at, now or later. */
  const guarded = async (job: () => Promise<void> | void): Promise<void> => {
    try {
      await job();
    } catch (err) {
      deps.log.warn({ err }, 'a stream of events could not be looked after');
    }
  };
  const look = async (): Promise<void> => {
    for (const [organizationId, room] of rooms) {
      const byKey = Map.groupBy(room.readers, ({ keyId }) => keyId);
      for (const readers of byKey.values()) await guarded(() => endWhoMayNotStay(readers));
      if (room.readers.size > 0 || clock.monotonic() - room.emptySince < KEPT_MS) continue;
      forget(room);
      rooms.delete(organizationId);
      await guarded(() => deps.watchedChanged?.());
    }
  };
  const beat = async (): Promise<void> => {
    for (const { readers } of rooms.values()) {
      for (const reader of readers) {
        await guarded(() => {
          reader.send(': still here\n\n');
        });
      }
    }
  };
  const keepOpen = async (): Promise<void> => {
    for (let checks = 1; !closing.signal.aborted; checks += 1) {
      await clock.sleep(CHECK_EVERY_MS, closing.signal);
      if (checks % BEAT_EVERY_CHECKS === 0) await beat();
      await look();
    }
  };

  return {
    join: (organizationId, reader, lastId) => {
      if (closing.signal.aborted) {
        throw new AppError('unavailable', 'The server is stopping; connect again.');
      }
      const here = rooms.get(organizationId)?.readers.size ?? 0;
      if (here >= limits.perOrganization) throw tooMany('This organization', here);
      if (all.readers >= limits.inAll) throw tooMany('This server', all.readers);
      const room = roomOf(organizationId);
      for (const topic of reader.topics) room.topics.add(topic);
      reader.send(greeting(room, reader, lastId));
      room.readers.add(reader);
      all.readers += 1;
      return () => {
        if (!room.readers.delete(reader)) return;
        all.readers -= 1;
        room.emptySince = clock.monotonic();
      };
    },
    publish: (organizationId, message) => {
      const room = rooms.get(organizationId);
      if (room?.topics.has(message.topic) !== true) return;
      room.last += 1;
      const { text, bytes } = framed(idOf(room, room.last), message);
      keep(room, { number: room.last, at: clock.monotonic(), message, text, bytes });
      for (const reader of room.readers) if (concerns(reader, message)) reader.send(text);
    },
    wants: (organizationId, topic) => rooms.get(organizationId)?.topics.has(topic) === true,
    watched: () => [...rooms.keys()],
    reset: (message, organizationId) => {
      for (const [id, room] of rooms) {
        if (organizationId !== undefined && id !== organizationId) continue;
        // Whoever comes back later must be told, too: nothing before this is left.
        room.last += 1;
        forget(room);
        const text = frame(idOf(room, room.last), 'reset', { message });
        for (const reader of room.readers) reader.send(text);
      }
    },
    check: look,
    start: () => {
      keepOpen().catch((err: unknown) => {
        if (closing.signal.aborted) return;
        deps.log.warn({ err }, 'streams of events are not looked after any more');
      });
    },
    close: () => {
      closing.abort();
      for (const { readers } of rooms.values()) for (const reader of [...readers]) reader.end();
      rooms.clear();
    },
  };
}

/** All of one key. */
async function endWhoMayNotStay(readers: readonly LiveReader[]): Promise<void> {
  // A database that is away says nothing about a key.
  const stays = (await readers[0]?.mayStay().catch(() => true)) ?? true;
  if (!stays) for (const reader of readers) reader.end();
}

/** How soon to come back, where one stands now, and what was missed. */
function greeting(room: Room, reader: LiveReader, lastId: string | undefined): string {
  const start = `retry: ${String(RETRY_MS)}\nid: ${idOf(room, room.last)}\n\n`;
  if (lastId === undefined || lastId === '') return start;
  const [epoch = '', after = ''] = lastId.split(/:(?=\d+$)/u);
  const seen = Number(after === '' ? Number.NaN : after);
  const first = room.kept[0]?.number ?? room.last + 1;
  const reset = (message: string): string =>
    start + frame(idOf(room, room.last), 'reset', { message });
  if (epoch !== room.epoch || !(seen >= first - 1 && seen <= room.last)) {
    return reset('What happened meanwhile is not known here any more: load again what is shown.');
  }
  const missed = room.kept
    .filter(({ number, message }) => number > seen && concerns(reader, message))
    .map(({ text }) => text)
    .join('');
  // The id comes last: whoever is cut off in between has not seen the rest.
  const retry = `retry: ${String(RETRY_MS)}\n\n`;
  return `${retry}${missed}id: ${idOf(room, room.last)}\n\n`;
}

function concerns(reader: LiveReader, message: LiveMessage): boolean {
  const { topics, extensions } = reader;
  if (!topics.has(message.topic)) return false;
  return extensions === undefined || message.extensions.some((one) => extensions.has(one));
}

function idOf({ epoch }: Room, number: number): string {
  return `${epoch}:${String(number)}`;
}

/** JSON has no line end of its own, so one line holds it. */
function frame(id: string, event: string, data: object): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What is too long for a screen to wait for is not told: it can be loaded. */
function framed(id: string, { event, data }: LiveMessage) {
  const text = frame(id, event, data);
  const bytes = Buffer.byteLength(text);
  if (bytes <= LONGEST_BYTES) return { text, bytes };
  const message = 'More happened at once than an event holds: load again what is shown.';
  const short = frame(id, 'reset', { message });
  return { text: short, bytes: Buffer.byteLength(short) };
}

function tooMany(whose: string, count: number): AppError {
  return new AppError('too_many_streams', `${whose} has ${String(count)} open streams of events.`);
}
