import type * as z from 'zod';

import type { Caller } from '../../contract/identify.ts';

type Shown = z.input<typeof Caller>;

/** A screen shows no more, and an event must not be long. */
const MOST = 20;
const MOST_BYTES = 16_384;

/** As many contacts as fit into an event, whose call it is before all others. */
export function liveContacts(all: readonly Shown[]): Shown[] {
  const ordered = all.toSorted((one, other) => Number(other.chosen) - Number(one.chosen));
  let bytes = 0;
  return ordered.slice(0, MOST).filter((contact) => {
    const more = Buffer.byteLength(JSON.stringify(contact));
    if (bytes + more > MOST_BYTES) return false;
    bytes += more;
    return true;
  });
}
