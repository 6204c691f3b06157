import type { Selectable, Updateable } from 'kysely';

import type { Tables } from '../store/schema.ts';
import type { Values } from '../document/values/values.ts';
import type { LaneMemory } from './call-values.ts';
import type { NewStep } from './plan.ts';
import type { StepChange } from './settle.ts';
import { storableJson } from './storable-json.ts';
import type { Step, StepMethod, StepProgress, StepReason, UpdateReason } from './step.ts';

export type StepRow = Selectable<Tables['step']>;
export type LaneRow = Selectable<Tables['lane']>;

/** A row as the pure functions see it. What the columns hold was written by `newStepRow` and `stepUpdate`. */
export function toStep(row: StepRow): Step {
  return {
    id: row.id,
    key: row.key,
    // Written from these types only, see below; the database adds nothing.
    method: row.method as StepMethod,
    rank: row.rank,
    sequence: row.sequence,
    state: row.state,
    ...(row.reason === null ? {} : { reason: row.reason as StepReason }),
    ...(row.message === null ? {} : { message: row.message }),
    attempts: row.attempts,
    readyAt: row.ready_at,
    ...(row.first_at === null ? {} : { firstAt: row.first_at }),
    reasons: JSON.parse(row.reasons) as UpdateReason[],
    ...(row.recording_key === null ? {} : { recordingKey: row.recording_key }),
    possibleDuplicate: row.possible_duplicate === 1,
    ...(row.unknown_at === null ? {} : { unknownAt: row.unknown_at }),
    asked: row.asked,
    executed: row.executed === 1,
    ...(row.progress === null ? {} : { progress: JSON.parse(row.progress) as StepProgress }),
    ...(row.sent_values === null ? {} : { sentValues: JSON.parse(row.sent_values) as Values }),
    keyNumber: row.key_number ?? 0,
  };
}

/** The row of a step that a plan adds. */
export function newStepRow(
  step: NewStep,
  of: { id: string; lane: LaneRow; sequence: number; now: number },
): StepRow {
  return {
    id: of.id,
    organization_id: of.lane.organization_id,
    lane_id: of.lane.id,
    key: step.key,
    method: step.method,
    rank: step.rank,
    sequence: of.sequence,
    state: step.skipped === undefined ? 'pending' : 'skipped',
    reason: step.skipped?.reason ?? null,
    message: step.skipped?.message ?? null,
    attempts: 0,
    ready_at: step.readyAt,
    first_at: null,
    reasons: JSON.stringify(step.reasons),
    recording_key: step.recordingKey ?? null,
    possible_duplicate: 0,
    unknown_at: null,
    asked: 0,
    executed: 0,
    progress: null,
    sent_values: null,
    key_number: null,
    created_at: of.now,
    updated_at: of.now,
  };
}

/** The columns that a settlement changes. A state other than parked or skipped has no reason. */
export function stepUpdate(change: StepChange, now: number): Updateable<Tables['step']> {
  return {
    state: change.state,
    reason: change.reason ?? null,
    updated_at: now,
    ...(change.message === undefined ? {} : { message: change.message }),
    ...(change.attempts === undefined ? {} : { attempts: change.attempts }),
    ...(change.readyAt === undefined ? {} : { ready_at: change.readyAt }),
    ...(change.possibleDuplicate === undefined
      ? {}
      : { possible_duplicate: change.possibleDuplicate ? 1 : 0 }),
    ...(change.unknownAt === undefined ? {} : { unknown_at: change.unknownAt }),
    ...(change.asked === undefined ? {} : { asked: change.asked }),
    ...(change.executed === undefined ? {} : { executed: change.executed ? 1 : 0 }),
    ...(change.firstAt === undefined ? {} : { first_at: change.firstAt }),
    ...(change.progress === undefined ? {} : { progress: jsonOrNull(change.progress) }),
    ...(change.sentValues === undefined ? {} : { sent_values: jsonOrNull(change.sentValues) }),
    ...(change.keyNumber === undefined ? {} : { key_number: change.keyNumber }),
  };
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : storableJson(value);
}

/** What the CRM told, as kept with the lane. */
export function readMemory(row: Pick<LaneRow, 'memory'>): LaneMemory {
  return JSON.parse(row.memory) as LaneMemory;
}
