import { createHash } from 'node:crypto';

import { afterEach, expect, it } from 'vitest';

import { describeDatabases } from '../../src/store/testing/databases.ts';
import { systemClock } from '../../src/time/clock.ts';
import { audit } from './auditor.ts';
import { FaultHarness } from './harness.ts';
import type { CallEventBody } from './harness.ts';
import { KILL_POINTS } from './protocol.ts';
import type { Kill, KillPoint } from './protocol.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * Each of the first so many passes of a point is a death. A call has five events, and eleven
 * requests on its two connections: the moment after each answer is one.
 */
const PASSES: Readonly<Record<KillPoint, number>> = {
  'event-committed': 5,
  'lane-loaded': 3,
  'before-sending': 3,
  'sending-committed': 4,
  'request-sent': 3,
  'response-read': 11,
  'before-settle': 3,
  settled: 3,
};
const CONTROL_PASSES = 6;
const RANDOM_KILLS = 60;
/** After the first acknowledgement. */
const LONGEST_LIFE_MS = 200;
const LINES = 4;
/** A load that the CRM of the test can follow on two busy cores. */
const BETWEEN_EVENTS_MS = 15;
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
      for (let count = 1; count <= PASSES[point]; count += 1) {
        const died = await runCall(harness, `${point}-${count}`, { point, count });
        deaths += died ? 1 : 0;
      }
    }

    expect(deaths).toBe(Object.values(PASSES).reduce((sum, count) => sum + count, 0));
    expect(audit(await harness.facts())).toEqual([]);
  });

  it(`loses nothing at ${RANDOM_KILLS} random moments under load`, async () => {
    const running = await FaultHarness.open(await settings());
    harness = running;
    const random = seededRandom(SEED);
    // Each line is a phone that makes one call after the other and repeats what was not acknowledged.
    const lines = Array.from({ length: LINES }, (_, at) => createLine(at));

    for (let kill = 0; kill < RANDOM_KILLS; kill += 1) {
      const life = random() * LONGEST_LIFE_MS;
      await running.start();
      const driven = lines.map((line) => line.drive(running));
      await Promise.race(driven.map((line) => line.begun));
      await killAfter(running, life);
      await Promise.all(driven.map((line) => line.ended));
    }
    for (const line of lines) await finish(running, line.rest());

    const facts = await running.facts();
    expect(facts.acknowledged.length).toBeGreaterThan(RANDOM_KILLS);
    expect(audit(facts)).toEqual([]);
  });

  it('is caught when it does not write `sending` first (negative control)', async () => {
    harness = await FaultHarness.open(await settings(), { skipSending: true });

    for (let count = 1; count <= CONTROL_PASSES; count += 1) {
      await runCall(harness, `n-${count}`, { point: 'response-read', count });
    }

    const violations = audit(await harness.facts());
    expect(violations.join('\n')).toContain('and the ledger does not say so');
  });
});

/** Sends a whole call to a server that dies on the way, and starts it until all is settled. */
async function runCall(harness: FaultHarness, callId: string, kill: Kill): Promise<boolean> {
  const waiting = lifeOf(callId).map((event) => [event]);
  if (!harness.alive) await harness.start();
  await harness.arm(kill);
  let died = false;
  // What is noted before the create has left becomes part of it: this way it is a change.
  for (const events of [waiting.slice(0, 2), waiting.slice(2)]) {
    const survived = (await sendAll(harness, events)) && (await harness.settle());
    if (!survived) await finish(harness, events);
    died ||= !survived;
  }
  return died;
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

interface Line {
  /** Reports events until the server dies. */
  drive(server: FaultHarness): { begun: Promise<void>; ended: Promise<void> };
  /** What is still to be reported of the last call. */
  rest(): CallEventBody[][];
}

function createLine(number: number): Line {
  const waiting: CallEventBody[][] = [];
  let calls = 0;
  const drive = async (server: FaultHarness, begun: () => void): Promise<void> => {
    for (;;) {
      if (waiting.length === 0) {
        calls += 1;
        waiting.push(...lifeOf(`r-${number}-${calls}`).map((event) => [event]));
      }
      const [next] = waiting;
      if (next === undefined || !(await server.send(next))) break;
      waiting.shift();
      begun();
      await systemClock.sleep(BETWEEN_EVENTS_MS);
    }
    // Dead before the first answer: then that was the moment.
    begun();
  };
  return {
    drive: (server) => {
      let begun = (): void => {};
      const started = new Promise<void>((resolve) => {
        begun = resolve;
      });
      return { begun: started, ended: drive(server, begun) };
    },
    rest: () => waiting,
  };
}

async function killAfter(harness: FaultHarness, ms: number): Promise<void> {
  await systemClock.sleep(ms);
  await harness.kill();
}

/** Each call comes from another number, which no contact has. */
function numberOf(callId: string): string {
  const hash = createHash('sha256').update(callId).digest().readUInt32BE();
  return `+4420${String(70_000_000 + (hash % 10_000_000))}`;
}

function lifeOf(callId: string): readonly CallEventBody[] {
  const common = { call_id: callId, extension: '101' };
  return [
    {
      ...common,
      event_id: `${callId}-1`,
      kind: 'ringing',
      direction: 'inbound',
      calling_number: numberOf(callId),
      called_number: '+442079460000',
    },
    { ...common, event_id: `${callId}-2`, kind: 'answered' },
    { ...common, event_id: `${callId}-3`, kind: 'noted', description: `about ${callId}` },
    { ...common, event_id: `${callId}-4`, kind: 'ended', duration: 63, cause: '200' },
    {
      ...common,
      event_id: `${callId}-5`,
      kind: 'recorded',
      recording: { url: `https://pbx.test/${callId}.wav` },
    },
  ];
}
