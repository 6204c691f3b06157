import { afterEach, expect, it } from 'vitest';

import { describeDatabases } from '../../src/store/testing/databases.ts';
import { audit } from './auditor.ts';
import { FaultHarness } from './harness.ts';
import type { CallEventBody } from './harness.ts';
import { KILL_POINTS } from './protocol.ts';
import type { Kill } from './protocol.ts';

/** Each of the first so many passes of a point is a death: a call has four steps on two connections. */
const PASSES = 4;
const RANDOM_KILLS = 60;
const LONGEST_LIFE_MS = 150;
const SEED = 20_260_301;
const MAX_RESTARTS = 20;

describeDatabases('a server that is killed', ({ settings }) => {
  let harness: FaultHarness | undefined;

  afterEach(async () => {
    await harness?.close();
  });

  it('loses nothing at any point between two steps', async () => {
    harness = await FaultHarness.open(await settings());
    let deaths = 0;

    for (const point of KILL_POINTS) {
      for (let count = 1; count <= PASSES; count += 1) {
        const died = await runCall(harness, `${point}-${count}`, { point, count });
        deaths += died ? 1 : 0;
      }
    }

    expect(deaths).toBe(KILL_POINTS.length * PASSES);
    expect(audit(await harness.facts())).toEqual([]);
  });

  it(`loses nothing at ${RANDOM_KILLS} random moments under load`, async () => {
    harness = await FaultHarness.open(await settings());
    const random = seededRandom(SEED);
    const waiting: CallEventBody[][] = [];
    let calls = 0;

    for (let kill = 0; kill < RANDOM_KILLS; kill += 1) {
      await harness.start();
      const death = killAfter(harness, random() * LONGEST_LIFE_MS);
      while (harness.alive) {
        if (waiting.length < 4) {
          calls += 1;
          waiting.push(...lifeOf(`r-${calls}`).map((event) => [event]));
        }
        const [next] = waiting;
        if (next !== undefined && (await harness.send(next))) waiting.shift();
      }
      await death;
    }
    await finish(harness, waiting);

    expect(calls).toBeGreaterThan(RANDOM_KILLS);
    expect(audit(await harness.facts())).toEqual([]);
  });

  it('is caught when it does not write `sending` first (negative control)', async () => {
    harness = await FaultHarness.open(await settings(), { skipSending: true });

    for (let count = 1; count <= PASSES; count += 1) {
      await runCall(harness, `n-${count}`, { point: 'response-read', count });
    }

    const violations = audit(await harness.facts());
    expect(violations.join('\n')).toContain('records, and the ledger does not say so');
  });
});

/** Sends a whole call to a server that dies on the way, and starts it until all is settled. */
async function runCall(harness: FaultHarness, callId: string, kill: Kill): Promise<boolean> {
  const waiting = lifeOf(callId).map((event) => [event]);
  if (!harness.alive) await harness.start();
  await harness.arm(kill);
  const survived = (await sendAll(harness, waiting)) && (await harness.settle());
  if (!survived) await finish(harness, waiting);
  return !survived;
}

async function finish(harness: FaultHarness, waiting: CallEventBody[][]): Promise<void> {
  for (let restart = 0; restart < MAX_RESTARTS; restart += 1) {
    if (!harness.alive) await harness.start();
    if ((await sendAll(harness, waiting)) && (await harness.settle())) return;
  }
  throw new Error('the server died again and again');
}

async function sendAll(harness: FaultHarness, waiting: CallEventBody[][]): Promise<boolean> {
  for (let [next] = waiting; next !== undefined; [next] = waiting) {
    if (!(await harness.send(next))) return false;
    waiting.shift();
  }
  return true;
}

async function killAfter(harness: FaultHarness, ms: number): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
  await harness.kill();
}

function lifeOf(callId: string): readonly CallEventBody[] {
  const common = { call_id: callId, extension: '101' };
  return [
    {
      ...common,
      event_id: `${callId}-1`,
      kind: 'ringing',
      direction: 'inbound',
      calling_number: '+442071838750',
      called_number: '+442079460000',
    },
    { ...common, event_id: `${callId}-2`, kind: 'answered' },
    { ...common, event_id: `${callId}-3`, kind: 'noted', description: `about ${callId}` },
    { ...common, event_id: `${callId}-4`, kind: 'ended', duration: 63, cause: '200' },
  ];
}

/** Mulberry32: the same moments in every run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
