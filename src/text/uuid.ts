import type { Clock } from '../time/clock.ts';

export interface Ids {
  /** A new UUIDv7 (RFC 9562, section 5.7): sorts by creation time within one process. */
  next(): string;
}

/**
 * Makes ids that sort by time. Two ids of the same millisecond keep their order by a counter in
 * the 12 bits of `rand_a`; the remaining 62 bits are random.
 */
export function createIds(deps: { clock: Clock; randomBytes: (size: number) => Uint8Array }): Ids {
  let lastMs = 0;
  let counter = 0;
  return {
    next: () => {
      const now = Math.max(deps.clock.now(), lastMs);
      counter = now === lastMs ? counter + 1 : 0;
      // 4,096 ids in one millisecond: borrow the next one rather than lose the order.
      lastMs = counter > 0xfff ? now + 1 : now;
      if (counter > 0xfff) counter = 0;
      return layOut(lastMs, counter, deps.randomBytes(8));
    },
  };
}

/** Of each byte. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function layOut(ms: number, counter: number, random: Uint8Array): string {
  const version = (0x7000 | counter).toString(16);
  let hex = '';
  let first = true;
  for (const byte of random) {
    hex += HEX[first ? (byte & 0x3f) | 0x80 : byte];
    first = false;
  }
  return `${firstIdAt(ms)}-${version}-${hex.slice(0, 4)}-${hex.slice(4)}`;
}

/**
 * The least id that is made at a moment (epoch milliseconds) or later, to compare ids with: UUIDv7 begins
 * with its milliseconds.
 */
export function firstIdAt(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** When an id was made (epoch milliseconds); undefined where it is none of ours. */
export function momentOfId(id: string): number | undefined {
  const ms = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
  return Number.isNaN(ms) ? undefined : ms;
}
