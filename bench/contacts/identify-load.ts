import { setTimeout as sleep } from 'node:timers/promises';

import { madeUpContact, randomOf } from '../../src/contacts/index/testing/made-up-contacts.ts';
import { createNumberKeys } from '../../src/contacts/number-keys/number-key.ts';
import { monotonicMs } from '../load/monotonic.ts';
import { cpuSeconds } from '../load/process-facts.ts';
import { quantile, sorted } from '../load/quantile.ts';
import type { RawAnswer } from '../load/raw-client.ts';

/** Asks the number at this place for its owner. */
export type AskNumber = (number: string) => Promise<RawAnswer>;

export interface IdentifyTimes {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Processor time of the server for a request, in all its threads; milliseconds. */
  readonly cpuMs: number;
}

/** Numbers of contacts below `count`, as a phone system reports them, in an order that a seed decides. */
export function numbersOf(count: number, many: number, seed: number): readonly string[] {
  const random = randomOf(seed);
  const keys = createNumberKeys();
  const numbers: string[] = [];
  while (numbers.length < many) {
    const { phones } = madeUpContact(Math.floor(random() * count));
    const { e164 } = keys.keyOf(phones[0] ?? '', 'GB');
    if (e164 !== undefined) numbers.push(e164);
  }
  return numbers;
}

/** Asks one number after another, `lines` of them at a time, for so many seconds. */
export async function askInTurn(
  ask: AskNumber,
  of: {
    readonly numbers: readonly string[];
    readonly lines: number;
    readonly seconds: number;
    readonly pid: number;
  },
): Promise<IdentifyTimes> {
  const { numbers, lines, pid } = of;
  const waits: number[] = [];
  const cpu = cpuSeconds(pid);
  const begun = monotonicMs();
  const until = begun + of.seconds * 1_000;
  let next = 0;
  const line = async (): Promise<void> => {
    for (;;) {
      const start = monotonicMs();
      if (start >= until) return;
      next += 1;
      await found(ask, numbers[next % numbers.length] ?? '');
      waits.push(monotonicMs() - start);
    }
  };
  await Promise.all(Array.from({ length: lines }, line));
  return summedUp(waits, { begun, cpu, pid });
}

/** Asks `perSecond` numbers a second, evenly, until the signal; a late start counts as waiting. */
export async function askAtRate(
  ask: AskNumber,
  of: {
    readonly numbers: readonly string[];
    readonly perSecond: number;
    readonly pid: number;
    readonly signal: AbortSignal;
  },
): Promise<IdentifyTimes> {
  const { numbers, perSecond, pid, signal } = of;
  const waits: number[] = [];
  const running: Promise<void>[] = [];
  const cpu = cpuSeconds(pid);
  const begun = monotonicMs();
  const askAt = async (at: number, due: number): Promise<void> => {
    await found(ask, numbers[at % numbers.length] ?? '');
    waits.push(monotonicMs() - due);
  };
  while (!signal.aborted) {
    for (;;) {
      const due = begun + (running.length / perSecond) * 1_000;
      if (due > monotonicMs()) break;
      running.push(askAt(running.length, due));
    }
    await sleep(1);
  }
  await Promise.all(running);
  return summedUp(waits, { begun, cpu, pid });
}

async function found(ask: AskNumber, number: string): Promise<void> {
  const { status, body } = await ask(number);
  if (status !== 200 || !body.includes('"name"')) {
    throw new Error(`${number} was answered with ${String(status)}: ${body.slice(0, 300)}`);
  }
}

function summedUp(
  waits: readonly number[],
  from: { readonly begun: number; readonly cpu: number; readonly pid: number },
): IdentifyTimes {
  const times = sorted(waits);
  return {
    perSecond: (waits.length / (monotonicMs() - from.begun)) * 1_000,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    max: times.at(-1) ?? Number.NaN,
    cpuMs: ((cpuSeconds(from.pid) - from.cpu) / waits.length) * 1_000,
  };
}
