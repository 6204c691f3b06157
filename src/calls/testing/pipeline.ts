import { randomBytes } from 'node:crypto';

import type { Database } from '../../store/database.ts';
import type { Clock } from '../../time/clock.ts';
import type { Ids } from '../../text/uuid.ts';
import { createIds } from '../../text/uuid.ts';
import { claimLanes } from '../claim.ts';
import { deliverLane } from '../deliver.ts';
import type { DeliverDeps } from '../deliver.ts';
import { DELIVERY_POLICY } from '../delivery-policy.ts';
import type { ConnectionBook } from '../call-connection.ts';
import { createIntake } from '../intake.ts';
import type { EventResult, Intake } from '../intake.ts';
import { createFakeRunner } from './fake-runner.ts';
import type { FakeRunner } from './fake-runner.ts';
import type { StepRunner } from '../step-runner.ts';
import { createVault } from '../../connections/vault.ts';
import { createRecordingAddresses } from '../recording-addresses.ts';
import type { RecordingAddresses } from '../recording-addresses.ts';
import { seed, SEEDED, seededBook } from './seed.ts';
import type { SeedOptions } from './seed.ts';

/** What seals the addresses of recordings here, and what names them. */
export const VAULT_KEY = { id: 'test', bytes: new Uint8Array(32).fill(3) };
export const NAME_KEY = new Uint8Array(32).fill(4);

export interface PipelineOptions extends SeedOptions {
  /** Recordings have addresses of our own. */
  readonly ownLinks?: boolean;
  /** What runs the steps, in place of the fake one. */
  readonly crm?: (clock: Clock) => StepRunner;
}

/** A clock that only a test moves. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

/** Starts at 1 March 2026. */
export function testClock(): TestClock {
  let now = Date.UTC(2026, 2, 1, 9, 0, 0);
  return {
    now: () => now,
    monotonic: () => now,
    sleep: () => Promise.reject(new Error('tests move the clock themselves')),
    advance: (ms) => {
      now += ms;
    },
  };
}

export interface TestPipeline extends PipelineOnDatabase {
  readonly clock: TestClock;
}

export interface PipelineOnDatabase {
  readonly database: Database;
  readonly runner: FakeRunner;
  readonly intake: Intake;
  readonly connections: ConnectionBook;
  readonly ids: Ids;
  readonly callKeySecret: Uint8Array;
  readonly addresses: RecordingAddresses;
  readonly ownLinks: boolean;
  readonly deliver: DeliverDeps;
  /** What the operator was told, in order. */
  readonly warned: readonly string[];
  accept(...bodies: readonly unknown[]): Promise<readonly EventResult[]>;
  /** Claims and delivers until nothing is due; returns how many lanes were claimed. */
  drain(): Promise<number>;
  steps(): Promise<readonly string[]>;
}

/** The pipeline on a database of its own clock, without a loop: a test says when to deliver. */
export async function openPipeline(
  open: (options: { clock: Clock }) => Promise<Database>,
  options: PipelineOptions = {},
): Promise<TestPipeline> {
  const clock = testClock();
  const opened = await open({ clock });
  // PostgreSQL's clock is real: a test that lets days pass brings its own.
  const database: Database = { ...opened, now: () => clock.now() };
  return { ...(await pipelineOn(database, clock, options)), clock };
}

/** The same on a database that the test opened. */
export async function pipelineOn(
  database: Database,
  clock: Clock,
  options: PipelineOptions = {},
): Promise<PipelineOnDatabase> {
  await seed(database, options);
  const connections = seededBook(options);
  const runner = createFakeRunner();
  let counter = 0;
  const ids = createIds({
    clock,
    randomBytes: (size) => {
      counter += 1;
      return new Uint8Array(size).map((_, at) => (counter >> (8 * at)) & 0xff);
    },
  });
  const callKeySecret = new Uint8Array(32);
  const addresses = createRecordingAddresses({
    vault: createVault(VAULT_KEY, randomBytes),
    nameKey: NAME_KEY,
  });
  const warned: string[] = [];
  const deliver: DeliverDeps = {
    database,
    ids,
    runner: options.crm?.(clock) ?? runner,
    recordings: {
      addressesOf: (call) => addresses.read(database.read, call),
      open: () =>
        Promise.resolve({
          status: 'later',
          message: 'the recording is not there yet',
          readyAt: clock.now() + 60_000,
        }),
    },
    policy: DELIVERY_POLICY,
    node: 'node-1',
    random: () => 0.5,
    log: {
      warn: (_fields, message) => {
        warned.push(message);
      },
      info: () => {},
      debug: () => {},
    },
  };
  const intake = createIntake({
    ...{ database, connections, ids, addresses, callKeySecret, wake: () => {} },
    ...(options.ownLinks === undefined ? {} : { ownLinks: options.ownLinks }),
  });
  const claim = { database, connections, node: 'node-1', leaseMs: 45_000 };
  return {
    database,
    runner,
    intake,
    connections,
    ids,
    callKeySecret,
    addresses,
    ownLinks: options.ownLinks === true,
    deliver,
    warned,
    accept: (...bodies) => intake.accept(SEEDED, bodies),
    drain: async () => {
      let count = 0;
      for (let round = 0; round < 50; round += 1) {
        const { lanes: claimed } = await claimLanes(claim, 100);
        if (claimed.length === 0) return count;
        count += claimed.length;
        for (const { laneId, lane, fence, connection } of claimed) {
          const signal = new AbortController().signal;
          await deliverLane(deliver, { lease: { laneId, fence }, lane, connection, signal });
        }
      }
      throw new Error('the lanes never came to rest');
    },
    steps: async () => {
      const rows = await database.read
        .selectFrom('step')
        .select(['method', 'state', 'reason'])
        .orderBy('rank')
        .orderBy('sequence')
        .execute();
      return rows.map((row) => [row.method, row.state, row.reason].filter(Boolean).join(' '));
    },
  };
}

/** A ringing call to extension 101, its answer and its end. */
export function aCall(callId = 'c-1') {
  return {
    ringing: {
      event_id: `${callId}-1`,
      call_id: callId,
      kind: 'ringing',
      at: Date.UTC(2026, 2, 1, 8, 59, 59),
      direction: 'inbound',
      extension: '101',
      calling_number: '+442071838750',
      called_number: '+442079460000',
    },
    answered: { event_id: `${callId}-2`, call_id: callId, kind: 'answered', extension: '101' },
    ended: { event_id: `${callId}-3`, call_id: callId, kind: 'ended', duration: 63, cause: '200' },
  } as const;
}
