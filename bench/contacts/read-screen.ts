import { request } from 'node:http';

import { monotonicMs } from '../load/monotonic.ts';

/** A screen that is told of calls. */
export interface BenchScreen {
  /** When `ringing` came, by the phone system's id of the call; milliseconds of the monotonic clock. */
  readonly rings: ReadonlyMap<string, Told>;
  /** When `identified` came, by our id of the call. */
  readonly identified: ReadonlyMap<string, Told>;
  close(): void;
}

export interface Told {
  readonly at: number;
  readonly text: string;
}

/** Opens `GET /v1/events` for phones; resolves when the stream has begun. */
export async function openScreen(origin: string, key: string): Promise<BenchScreen> {
  const rings = new Map<string, Told>();
  const identified = new Map<string, Told>();
  const { promise: begun, resolve, reject } = Promise.withResolvers<undefined>();
  const headers = { authorization: `Bearer ${key}` };
  const asking = request(`${origin}/v1/events?topics=ringing`, { headers }, (answer) => {
    let rest = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      const at = monotonicMs();
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const text of blocks) {
        const [, ringing] = /^event: ringing\n.*"phone_call_id":"([^"]+)"/mu.exec(text) ?? [];
        const [, known] = /^event: identified\ndata: \{"call_id":"([^"]+)"/mu.exec(text) ?? [];
        if (ringing !== undefined) rings.set(ringing, { at, text });
        if (known !== undefined) identified.set(known, { at, text });
      }
      resolve(undefined);
    });
  });
  asking.on('error', reject);
  asking.end();
  await begun;
  return { rings, identified, close: () => void asking.destroy() };
}
