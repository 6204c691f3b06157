import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startMemoryServer } from '../../bench/recordings/memory-server.ts';
import type { MemoryServer } from '../../bench/recordings/memory-server.ts';
import { canMeasure, measurePeak } from '../../bench/recordings/peak-memory.ts';

const WARM_UP_SIZE = 8_000_000;
const SIZE = 200_000_000;
/** Far above what a stream costs, and far below a file that is held, which its Base64 makes larger still. */
const MOST_MIB = 128;

describe.skipIf(!canMeasure())('a recording of 200 MB', () => {
  let server: MemoryServer;

  beforeAll(async () => {
    server = await startMemoryServer();
    for (const scenario of server.scenarios) await scenario.run(WARM_UP_SIZE);
  });
  afterAll(() => server.close());

  it('goes each way through the server byte for byte and is never held in memory', async () => {
    const held: string[] = [];
    for (const { name, run } of server.scenarios) {
      const { before, peak } = await measurePeak(server.pid, () => run(SIZE));
      if (peak - before > MOST_MIB) held.push(`${name}: ${Math.round(peak - before)} MiB`);
    }

    expect(held).toEqual([]);
  });
});
