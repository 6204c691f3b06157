import { sql } from 'kysely';
import type { Transaction } from 'kysely';

import { prepared } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';
import type { Ids } from '../text/uuid.ts';
import type { StepPart } from './step.ts';
import type { LaneRow } from './step-rows.ts';
import { storableJson } from './storable-json.ts';
import type { StepRun } from './step-runner.ts';

export interface NewAttempt {
  readonly id: string;
  readonly lane: LaneRow;
  readonly stepId: string;
  readonly purpose: 'run' | 'ask';
  readonly method: string;
  readonly fence: number;
  readonly node: string;
  readonly idempotent: boolean;
  readonly part?: StepPart | undefined;
  readonly now: number;
}

/** Writes down that a request is about to leave: after a crash this row says "unknown". */
export async function insertAttempt(
  transaction: Transaction<Tables>,
  attempt: NewAttempt,
): Promise<void> {
  await insertAttemptRow(transaction, {
    id: attempt.id,
    organization_id: attempt.lane.organization_id,
    lane_id: attempt.lane.id,
    step_id: attempt.stepId,
    purpose: attempt.purpose,
    method: attempt.method,
    state: 'sending',
    fence: attempt.fence,
    node: attempt.node,
    idempotent: attempt.idempotent ? 1 : 0,
    outcome: null,
    effect: null,
    message: null,
    notes: '[]',
    part: attempt.part?.number ?? null,
    parts: attempt.part?.of ?? null,
    started_at: attempt.now,
    ended_at: null,
  });
}

const insertAttemptRow = prepared((handle, row: Tables['attempt']) =>
  handle.insertInto('attempt').values({ ...row }),
);

/** Writes the outcome of an attempt with its scrubbed exchanges. */
export async function settleAttempt(
  transaction: Transaction<Tables>,
  ids: Ids,
  of: { attemptId: string; organizationId: string; run: StepRun; now: number },
): Promise<void> {
  const { run } = of;
  await writeOutcome(transaction, {
    id: of.attemptId,
    state: 'settled',
    outcome: run.outcome.kind,
    effect: run.outcome.effect,
    message: run.outcome.message,
    notes: storableJson(run.notes),
    ended_at: of.now,
  });
  for (const [position, exchange] of run.exchanges.entries()) {
    await insertExchange(transaction, {
      id: ids.next(),
      organization_id: of.organizationId,
      attempt_id: of.attemptId,
      position,
      request: storableJson(exchange.request),
      response: storableOrNull(exchange.response),
      failure: storableOrNull(exchange.failure),
      started_at: Math.round(exchange.startedAt),
      duration_ms: Math.round(exchange.durationMs),
    });
  }
}

type Outcome = Pick<
  Tables['attempt'],
  'id' | 'state' | 'outcome' | 'effect' | 'message' | 'notes' | 'ended_at'
>;

const writeOutcome = prepared((handle, { id, ...outcome }: Outcome) =>
  handle.updateTable('attempt').set(outcome).where('id', '=', id),
);

const insertExchange = prepared((handle, row: Tables['exchange']) =>
  handle.insertInto('exchange').values({ ...row }),
);

/**
 * Counts lanes that were refused with 403; true when so many were within the window that it is the
 * connection's right and not one record's.
 */
export async function countForbidden(
  transaction: Transaction<Tables>,
  of: { connectionId: string; laneId: string; windowMs: number; lanes: number; now: number },
): Promise<boolean> {
  const row = await transaction
    .updateTable('connection_pace')
    .set({ forbidden: sql`forbidden` })
    .where('connection_id', '=', of.connectionId)
    .returning('forbidden')
    .executeTakeFirst();
  // Written below only.
  const known = JSON.parse(row?.forbidden ?? '[]') as { lane: string; at: number }[];
  const recent = [
    ...known.filter(({ lane, at }) => lane !== of.laneId && at > of.now - of.windowMs),
    { lane: of.laneId, at: of.now },
  ].slice(-of.lanes);
  await transaction
    .updateTable('connection_pace')
    .set({ forbidden: JSON.stringify(recent) })
    .where('connection_id', '=', of.connectionId)
    .execute();
  return recent.length >= of.lanes;
}

function storableOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : storableJson(value);
}
