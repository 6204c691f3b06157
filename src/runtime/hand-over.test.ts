import { describe, expect, it } from 'vitest';
import { handOver } from './hand-over.ts';

const never = () => new AbortController().signal;

describe('items are handed over', () => {
  it('in order, and the giver waits until each is taken', async () => {
    const told: string[] = [];
    const items = handOver<number>(async (give) => {
      for (const item of [1, 2, 3]) {
        await give(item);
        told.push(`given ${item}`);
      }
    }, never());

    for await (const item of items) {
      await new Promise(setImmediate);
      told.push(`used ${item}`);
    }

    expect(told).toEqual(['given 1', 'used 1', 'given 2', 'used 2', 'given 3', 'used 3']);
  });

  it('until the taker stops: the giver is told, and may still end in peace', async () => {
    const told: unknown[] = [];
    const items = handOver<number>(async (give, signal) => {
      await give(1);
      await give(2);
      told.push(signal.aborted);
      await give(3);
      told.push('ended');
    }, never());

    for await (const item of items) {
      told.push(item);
      break;
    }

    expect(told).toEqual([1, true, 'ended']);
  });

  it('with the failure of the giver behind them', async () => {
    const items = handOver<number>(async (give) => {
      await give(1);
      throw new Error('broken');
    }, never());

    expect((await items.next()).value).toBe(1);
    await expect(items.next()).rejects.toThrow('broken');
  });

  it('to one whose signal aborts', async () => {
    const ends = new AbortController();
    const items = handOver<string>(async (give, signal) => {
      signal.addEventListener('abort', () => void give('aborted'), { once: true });
      await give('begun');
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    }, ends.signal);

    expect((await items.next()).value).toBe('begun');
    ends.abort();
    expect((await items.next()).value).toBe('aborted');
    expect((await items.next()).done).toBe(true);
  });
});
