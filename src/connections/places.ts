import type { Clock } from '../time/clock.ts';
import type { Patience } from './admission.ts';

/** The part of a connection that says how many requests its CRM takes at once. */
export interface Crowded {
  readonly id: string;
  readonly options: { readonly concurrency: number };
}

/** Gives a place back; once is enough, and a second time does nothing. */
export type Leave = () => void;

export type Entered =
  | { readonly status: 'entered'; readonly leave: Leave }
  /** There was none in time. */
  | { readonly status: 'refused'; readonly message: string };

/** Counts what this process sends on each connection at the same time, calls and all others together. */
export interface Places {
  /**
   * Takes a place for a request that somebody waits for; while one waits here, no call is claimed
   * before it. Who has waited for 2 seconds lets pass whoever comes later: a phone that rings now is
   * of more use than one that has rung. Waits no longer than `patience.ms`; rejects when its signal
   * aborts.
   */
  enter(connection: Crowded, patience: Patience): Promise<Entered>;
  /**
   * Takes a place for a request that nobody waits for, such as a page of a contact sync: at most half
   * of the places and at least one, and only while no look-up waits. Waits as long as it takes; rejects
   * when the signal aborts. A place is for one request: who reads many pages leaves between two.
   */
  enterBehind(connection: Crowded, signal: AbortSignal): Promise<Leave>;
  /** Begins a claim of lanes. */
  beginClaim(): PlacesOfClaim;
}

/** The places that one claim takes; they count from `hold` on, so that no look-up takes them meanwhile. */
export interface PlacesOfClaim {
  /**
   * Holds what look-ups leave of the places of a connection, at most `most`, and answers how many
   * these are. `leased`: its lanes by the database. A second time replaces the first.
   */
  hold(connection: Crowded, lanes: { readonly most: number; readonly leased: number }): number;
  /** Keeps one place for each lane, in order, and gives all others back. */
  end(connectionIds: readonly string[]): readonly Leave[];
}

/** A place that comes free is left to the next call for so long. */
const MANNERS_MS = 25;

/** So long a caller's name is waited for; see `identify`. */
const FRESH_MS = 2_000;

interface Waiter {
  /** Monotonic time. */
  readonly since: number;
  readonly most: number;
  readonly enter: () => void;
}

interface Room {
  /** Claimed, or about to be. */
  lanes: number;
  lookUps: number;
  behind: number;
  readonly waiting: Waiter[];
  /** Told of each place that comes free. */
  readonly freed: Set<() => void>;
  /** A claim wanted more than there was. */
  isShort: boolean;
}

/** Makes the places of a process. `wake`: there may be places for calls again. */
export function createPlaces(deps: {
  readonly clock: Pick<Clock, 'sleep' | 'monotonic'>;
  readonly wake: () => void;
}): Places {
  const rooms = new Map<string, Room>();
  const roomOf = (id: string): Room => {
    const known = rooms.get(id);
    if (known !== undefined) return known;
    const room: Room = {
      ...{ lanes: 0, lookUps: 0, behind: 0, isShort: false },
      ...{ waiting: [], freed: new Set() },
    };
    rooms.set(id, room);
    return room;
  };
  const letIn = (id: string, room: Room): void => {
    const staleSince = deps.clock.monotonic() - FRESH_MS;
    for (let next = nextOf(room, staleSince); next; next = nextOf(room, staleSince)) {
      if (inFlight(room) >= next.most) break;
      room.waiting.splice(room.waiting.indexOf(next), 1);
      room.lookUps += 1;
      next.enter();
    }
    for (const tell of room.freed) tell();
    if (inFlight(room) + room.waiting.length + room.freed.size === 0) rooms.delete(id);
  };
  const changed = (id: string, room: Room): void => {
    letIn(id, room);
    if (!room.isShort || room.waiting.length > 0) return;
    room.isShort = false;
    deps.wake();
  };
  const leaving = (id: string, room: Room, kind: 'lanes' | 'lookUps' | 'behind'): Leave => {
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      room[kind] -= 1;
      changed(id, room);
    };
  };
  return {
    enter: async ({ id, options: { concurrency: most } }, { ms, signal }) => {
      signal.throwIfAborted();
      const room = roomOf(id);
      const entered = { status: 'entered', leave: leaving(id, room, 'lookUps') } as const;
      if (room.waiting.length === 0 && inFlight(room) < most) {
        room.lookUps += 1;
        return entered;
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const since = deps.clock.monotonic();
      const waiter: Waiter = { since, most, enter: () => resolve(true) };
      room.waiting.push(waiter);
      const giveUp = (): void => {
        const at = room.waiting.indexOf(waiter);
        if (at === -1) return;
        room.waiting.splice(at, 1);
        resolve(false);
        changed(id, room);
      };
      const done = new AbortController();
      const ends = AbortSignal.any([signal, done.signal]);
      deps.clock.sleep(Math.max(0, Math.floor(ms)), ends).then(giveUp, giveUp);
      const hasEntered = await promise;
      done.abort();
      if (hasEntered) return entered;
      signal.throwIfAborted();
      return { status: 'refused', message: refusal(most) };
    },
    enterBehind: async ({ id, options: { concurrency } }, signal) => {
      const share = Math.max(1, Math.floor(concurrency / 2));
      for (;;) {
        signal.throwIfAborted();
        const room = roomOf(id);
        const isFree = inFlight(room) < concurrency && room.behind < share;
        if (isFree && room.waiting.length === 0) {
          room.behind += 1;
          return leaving(id, room, 'behind');
        }
        await untilFreed(room, signal);
        await deps.clock.sleep(MANNERS_MS, signal);
      }
    },
    beginClaim: () => {
      const held = new Map<string, number>();
      return {
        hold: ({ id, options: { concurrency } }, { most, leased }) => {
          const room = roomOf(id);
          room.lanes -= held.get(id) ?? 0;
          const others = room.lookUps + room.waiting.length + room.behind;
          const free = concurrency - Math.max(leased, room.lanes) - others;
          const count = Math.max(0, Math.min(most - leased, free));
          room.isShort ||= count < most - leased;
          room.lanes += count;
          held.set(id, count);
          return count;
        },
        end: (connectionIds) => {
          const leaves = connectionIds.map((id) => {
            const room = roomOf(id);
            room.lanes += 1;
            return leaving(id, room, 'lanes');
          });
          for (const [id, count] of held) {
            const room = roomOf(id);
            room.lanes -= count;
            // What a claim gives back itself is no reason for the next one.
            letIn(id, room);
          }
          held.clear();
          return leaves;
        },
      };
    },
  };
}

/** The first of those who have not waited long, else the first of all. */
function nextOf({ waiting }: Room, staleSince: number): Waiter | undefined {
  return waiting.find(({ since }) => since > staleSince) ?? waiting[0];
}

function inFlight({ lanes, lookUps, behind }: Room): number {
  return lanes + lookUps + behind;
}

/** Rejects when the signal aborts. */
async function untilFreed(room: Room, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const go = (): void => resolve(undefined);
  room.freed.add(go);
  signal.addEventListener('abort', go, { once: true });
  await promise;
  room.freed.delete(go);
  signal.removeEventListener('abort', go);
  signal.throwIfAborted();
}

function refusal(most: number): string {
  const requests = `${String(most)} ${most === 1 ? 'request' : 'requests'}`;
  return `The CRM was not asked: it takes no more than ${requests} at once, and none of those under way ended in time.`;
}
