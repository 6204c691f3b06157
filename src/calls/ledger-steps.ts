import { HEALTHY } from '../connections/transitions.ts';
import type { Database } from '../store/database.ts';
import { selectAwaited } from './awaited-recordings-repository.ts';
import { explainStep } from './explain.ts';
import type { AwaitedRecording, OrganizationHold, StepSurroundings } from './explain.ts';
import { nextInLane } from './lane.ts';
import { isSettled } from './step.ts';
import type { Step, StepPart } from './step.ts';
import { readMemory, toStep } from './step-rows.ts';
import type { LaneRow } from './step-rows.ts';

export interface LedgerExchange {
  readonly request: unknown;
  readonly response: unknown;
  readonly failure: unknown;
  readonly startedAt: number;
  readonly durationMs: number;
}

export interface LedgerAttempt {
  readonly number: number;
  readonly purpose: 'run' | 'ask';
  readonly method: string;
  readonly state: 'sending' | 'settled' | 'lost';
  readonly outcome: string | null;
  readonly effect: string | null;
  readonly message: string | null;
  readonly startedAt: number;
  readonly settledAt: number | null;
  /** Of a method of several requests: which one this was. */
  readonly part: StepPart | null;
  /** What was noticed in the answer. */
  readonly notes: readonly string[];
  readonly exchanges: readonly LedgerExchange[];
}

export type LedgerStepState =
  'waiting' | 'ready' | 'sending' | 'unknown' | 'delivered' | 'skipped' | 'parked' | 'discarded';

export interface LedgerStep {
  readonly id: string;
  readonly connectionId: string;
  readonly method: string;
  readonly state: LedgerStepState;
  readonly reason: string | null;
  readonly happened: string;
  readonly remedy: string | null;
  readonly activityId: string | null;
  readonly possibleDuplicate: boolean;
  readonly readyAt: number | null;
  readonly attempts: readonly LedgerAttempt[];
}

/** The steps of some lanes with their attempts and exchanges, explained; lane by lane, in order. */
export async function readLedgerSteps(
  database: Database,
  lanes: readonly LaneRow[],
  around: {
    readonly connections: ReadonlyMap<string, StepSurroundings['connection']>;
    readonly hold: OrganizationHold | undefined;
  },
): Promise<readonly LedgerStep[]> {
  const { connections, hold } = around;
  if (lanes.length === 0) return [];
  const ids = lanes.map((lane) => lane.id);
  const rows = await database.read
    .selectFrom('step')
    .selectAll()
    .where('lane_id', 'in', ids)
    .orderBy('rank')
    .orderBy('sequence')
    .execute();
  const attempts = await readAttempts(database, ids);
  const calls = [...new Set(lanes.map((lane) => lane.call_id))];
  const awaited = await selectAwaited(database.read, calls);
  const now = database.now();
  return lanes.flatMap((lane) => {
    const own = rows.filter((row) => row.lane_id === lane.id).map(toStep);
    const first = firstToRun(own);
    const activity = readMemory(lane).activity?.['activity_id'];
    return own.map((step): LedgerStep => {
      const fetch = awaitedBy(step, awaited.get(lane.call_id), now);
      const { happened, remedy } = explainStep(step, {
        ...{ now, hold, fetch },
        connection: connections.get(lane.connection_id) ?? HEALTHY,
        waitsFor: whatHolds(own, step, now),
      });
      return {
        id: step.id,
        connectionId: lane.connection_id,
        method: step.method,
        state: ledgerState(step, {
          first,
          now,
          held: lane.state === 'parked' || hold !== undefined,
        }),
        reason: step.reason ?? null,
        happened,
        remedy: remedy ?? null,
        activityId: typeof activity === 'string' && step.rank >= 10 ? activity : null,
        possibleDuplicate: step.possibleDuplicate,
        readyAt: isSettled(step) || step.state === 'parked' ? null : (fetch?.at ?? step.readyAt),
        attempts: attempts.get(step.id) ?? [],
      };
    });
  });
}

/** The recording that a step waits for: its own time only covers a lost word of the fetcher. */
function awaitedBy(
  step: Step,
  recordings: ReadonlyMap<string, AwaitedRecording> | undefined,
  now: number,
): AwaitedRecording | undefined {
  const waits = step.state === 'pending' && step.readyAt > now && step.recordingKey !== undefined;
  return waits ? recordings?.get(step.recordingKey) : undefined;
}

/** The step that comes first, where it is another one. */
function whatHolds(steps: readonly Step[], step: Step, now: number): Step | undefined {
  if (isSettled(step) || step.state === 'parked') return undefined;
  const next = nextInLane(steps, now);
  if (next.kind === 'wait' || next.kind === 'idle') {
    const first = firstToRun(steps);
    return first?.id === step.id || step.rank <= (first?.rank ?? 0) ? undefined : first;
  }
  return next.step.id === step.id ? undefined : next.step;
}

/** The first step of a lane, in order, that still runs by itself. */
export function firstToRun(steps: readonly Step[]): Step | undefined {
  return steps.find((step) => !isSettled(step) && step.state !== 'parked');
}

/** The state of a step as people see it. */
export function ledgerState(
  step: Step,
  lane: { first: Step | undefined; now: number; held: boolean },
): LedgerStepState {
  if (step.state === 'done') return 'delivered';
  if (step.state !== 'pending') return step.state;
  const isNext = step.id === lane.first?.id && step.readyAt <= lane.now && !lane.held;
  return isNext ? 'ready' : 'waiting';
}

async function readAttempts(
  database: Database,
  laneIds: readonly string[],
): Promise<ReadonlyMap<string, readonly LedgerAttempt[]>> {
  const attempts = await database.read
    .selectFrom('attempt')
    .selectAll()
    .where('lane_id', 'in', laneIds)
    .orderBy('id')
    .execute();
  const exchanges = await database.read
    .selectFrom('exchange')
    .innerJoin('attempt', 'attempt.id', 'exchange.attempt_id')
    .selectAll('exchange')
    .where('attempt.lane_id', 'in', laneIds)
    .orderBy('exchange.position')
    .execute();
  const byAttempt = Map.groupBy(exchanges, (exchange) => exchange.attempt_id);
  const byStep = Map.groupBy(attempts, (attempt) => attempt.step_id);
  return new Map(
    [...byStep].map(([stepId, own]) => [
      stepId,
      own.map((row, at) => ({
        number: at + 1,
        purpose: row.purpose,
        method: row.method,
        state: row.state,
        outcome: row.outcome,
        effect: row.effect,
        message: row.message,
        startedAt: row.started_at,
        settledAt: row.ended_at,
        part: row.part === null || row.parts === null ? null : { number: row.part, of: row.parts },
        notes: notesOf(row.notes),
        exchanges: (byAttempt.get(row.id) ?? []).map((exchange) => ({
          request: JSON.parse(exchange.request) as unknown,
          response: readJson(exchange.response),
          failure: readJson(exchange.failure),
          startedAt: exchange.started_at,
          durationMs: exchange.duration_ms,
        })),
      })),
    ]),
  );
}

/** Written by `settleAttempt` from the notes of a run. */
function notesOf(text: string): readonly string[] {
  const notes = JSON.parse(text) as readonly { readonly message: string }[];
  return [...new Set(notes.map(({ message }) => message))];
}

function readJson(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}
