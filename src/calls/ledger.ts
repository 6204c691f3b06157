import { HEALTHY } from '../connections/transitions.ts';
import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { toPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import { readFacts } from './call-repository.ts';
import { explainStep } from './explain.ts';
import { nextInLane } from './lane.ts';
import { callStateOf, selectCall, selectCalls } from './ledger-repository.ts';
import type { CallFilter, CallListRow, CallState } from './ledger-repository.ts';
import { isSettled } from './step.ts';
import type { Step } from './step.ts';
import { readMemory, toStep } from './step-rows.ts';
import type { LaneRow } from './step-rows.ts';

export interface CallSummary {
  readonly id: string;
  readonly phoneSystemId: string;
  /** Id of the call in the phone system. */
  readonly externalId: string;
  readonly state: CallState;
  readonly facts: CallFacts;
  readonly possibleDuplicate: boolean;
  /** Epoch milliseconds. */
  readonly receivedAt: number;
}

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

export interface LedgerLane {
  readonly connectionId: string;
  readonly callKey: string;
  readonly state: LaneRow['state'];
  readonly skip: { readonly reason: string; readonly message: string } | null;
}

export interface CallDetail extends CallSummary {
  readonly events: readonly {
    readonly id: string;
    readonly kind: string;
    readonly at: number | null;
    readonly receivedAt: number;
    readonly body: unknown;
  }[];
  readonly lanes: readonly LedgerLane[];
  readonly steps: readonly LedgerStep[];
  readonly notes: readonly string[];
}

/** An organization's calls, the newest first. */
export async function listCalls(
  database: Database,
  scope: OrganizationScope,
  request: { readonly filter: CallFilter; readonly page: Page },
): Promise<PageOf<CallSummary>> {
  const rows = await selectCalls(database.read, scope, request);
  const page = toPage(rows, { limit: request.page.limit }, (row) => row.id);
  return { items: page.items.map(toSummary), next_cursor: page.next_cursor };
}

/** A call with its events, steps, attempts and exchanges. Throws `not_found`. */
export async function getCall(
  database: Database,
  scope: OrganizationScope,
  callId: string,
): Promise<CallDetail> {
  const call = await selectCall(database.read, scope, callId);
  if (call === undefined) throw new AppError('not_found', `There is no call '${callId}'.`);
  const events = await database.read
    .selectFrom('call_event')
    .selectAll()
    .where('call_id', '=', call.id)
    .orderBy('sequence')
    .execute();
  const lanes = await database.read
    .selectFrom('lane')
    .selectAll()
    .where('call_id', '=', call.id)
    .orderBy('connection_id')
    .execute();
  const steps = await readLedgerSteps(database, lanes);
  const connections = await readConnections(database, lanes);
  return {
    ...toSummary(call),
    events: events.map((row) => ({
      id: row.id,
      kind: row.kind,
      // Written by the intake from a CallEvent.
      at: (JSON.parse(row.event) as CallEvent).at ?? null,
      receivedAt: row.received_at,
      body: JSON.parse(row.body) as unknown,
    })),
    lanes: lanes.map((lane) => ({
      connectionId: lane.connection_id,
      callKey: lane.call_key,
      state: lane.state,
      skip:
        lane.skip_reason === null
          ? null
          : { reason: lane.skip_reason, message: lane.skip_message ?? '' },
    })),
    steps,
    notes: [
      ...notesOf(call, events, { lanes, connections }),
      ...(await readDeeds(database, scope, steps)),
    ],
  };
}

function toSummary(row: CallListRow): CallSummary {
  const facts = readFacts(row);
  if (facts === undefined) throw new Error('a call that is committed has facts');
  return {
    id: row.id,
    phoneSystemId: row.phone_system_id,
    externalId: row.external_id,
    state: callStateOf(row),
    facts,
    possibleDuplicate: row.duplicates > 0,
    receivedAt: row.created_at,
  };
}

async function readLedgerSteps(
  database: Database,
  lanes: readonly LaneRow[],
): Promise<readonly LedgerStep[]> {
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
  const connections = await readConnections(database, lanes);
  const now = database.now();
  return lanes.flatMap((lane) => {
    const own = rows.filter((row) => row.lane_id === lane.id).map(toStep);
    const first = own.find((step) => !isSettled(step) && step.state !== 'parked');
    const activity = readMemory(lane).activity?.['activity_id'];
    return own.map((step): LedgerStep => {
      const { happened, remedy } = explainStep(step, {
        now,
        connection: connections.get(lane.connection_id) ?? HEALTHY,
        waitsFor: whatHolds(own, step, now),
      });
      return {
        id: step.id,
        connectionId: lane.connection_id,
        method: step.method,
        state: ledgerState(step, { first, now, parked: lane.state === 'parked' }),
        reason: step.reason ?? null,
        happened,
        remedy: remedy ?? null,
        activityId: typeof activity === 'string' && step.rank >= 10 ? activity : null,
        possibleDuplicate: step.possibleDuplicate,
        readyAt: isSettled(step) || step.state === 'parked' ? null : step.readyAt,
        attempts: attempts.get(step.id) ?? [],
      };
    });
  });
}

/** Name and health of the connections of some lanes, by id. */
async function readConnections(database: Database, lanes: readonly LaneRow[]) {
  const rows = await database.read
    .selectFrom('connection')
    .select(['id', 'name', 'state', 'state_reason as reason', 'state_until as until'])
    .where(
      'id',
      'in',
      lanes.map((lane) => lane.connection_id),
    )
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** The step that comes first, where it is another one. */
function whatHolds(steps: readonly Step[], step: Step, now: number): Step | undefined {
  if (isSettled(step) || step.state === 'parked') return undefined;
  const next = nextInLane(steps, now);
  if (next.kind === 'wait' || next.kind === 'idle') {
    const first = steps.find((one) => !isSettled(one) && one.state !== 'parked');
    return first?.id === step.id || step.rank <= (first?.rank ?? 0) ? undefined : first;
  }
  return next.step.id === step.id ? undefined : next.step;
}

function ledgerState(
  step: Step,
  lane: { first: Step | undefined; now: number; parked: boolean },
): LedgerStepState {
  if (step.state === 'done') return 'delivered';
  if (step.state !== 'pending') return step.state;
  const isNext = step.id === lane.first?.id && step.readyAt <= lane.now && !lane.parked;
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

function readJson(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}

function nameOf(connections: ReadonlyMap<string, { readonly name: string }>, id: string): string {
  const name = connections.get(id)?.name;
  return name === undefined ? id : `'${name}'`;
}

function notesOf(
  call: CallListRow,
  events: readonly { readonly kind: string; readonly event: string }[],
  to: {
    readonly lanes: readonly LaneRow[];
    readonly connections: ReadonlyMap<string, { readonly name: string }>;
  },
): readonly string[] {
  const { lanes, connections } = to;
  const facts = readFacts(call);
  const unknown = events.flatMap((row) => (JSON.parse(row.event) as CallEvent).unknownKeys);
  return [
    ...(facts?.durationUnknown === true
      ? ['The end of this call was never reported: Patchcord closed it, the duration is unknown.']
      : []),
    ...(facts?.withoutRing === true
      ? ['No event told of the ring; the call is known by later ones.']
      : []),
    ...[...new Set(unknown)].map((key) => `Events hold \`${key}\`, which is kept but not used.`),
    ...(lanes.length === 0 ? ['The organization had no connection when this call came.'] : []),
    ...lanes.flatMap((lane) =>
      lane.skip_message === null
        ? []
        : [`Not written by ${nameOf(connections, lane.connection_id)}: ${lane.skip_message}.`],
    ),
  ];
}

/** Who changed what by hand. */
async function readDeeds(
  database: Database,
  scope: OrganizationScope,
  steps: readonly LedgerStep[],
): Promise<readonly string[]> {
  if (steps.length === 0) return [];
  const rows = await database.read
    .selectFrom('audit_entry')
    .select(['actor', 'action', 'at', 'object_id'])
    .where('organization_id', '=', scope.organizationId)
    .where('object_kind', '=', 'step')
    .where(
      'object_id',
      'in',
      steps.map((step) => step.id),
    )
    .orderBy('id')
    .execute();
  return rows.map((row) => {
    const method = steps.find((step) => step.id === row.object_id)?.method ?? '';
    return `${new Date(row.at).toISOString()}: ${row.actor} did ${row.action} on ${method}.`;
  });
}
