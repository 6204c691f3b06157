import type { SignsIn } from '../connections/sign-in/signs-in.ts';
import { AppError } from '../errors/app-error.ts';
import { findHold } from '../organizations/holds-repository.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { toPage } from '../store/page.ts';
import type { Page, PageOf } from '../store/page.ts';
import type { CallEvent } from './call-event.ts';
import type { CallFacts } from './call-facts.ts';
import { readFacts } from './call-repository.ts';
import { LONGEST_HOLD_MS } from './claim-repository.ts';
import { holdWords } from './explain.ts';
import { callStateOf, selectCall, selectCalls } from './ledger-repository.ts';
import type { CallFilter, CallListRow, CallState } from './ledger-repository.ts';
import { readDeeds } from './read-deeds.ts';
import { readLedgerSteps } from './ledger-steps.ts';
import type { LedgerStep } from './ledger-steps.ts';
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

/** A call as a row of a list; `undefined` for one that is not there, or somebody else's. */
export async function findCallSummary(
  database: Pick<Database, 'read'>,
  scope: OrganizationScope,
  callId: string,
): Promise<CallSummary | undefined> {
  const row = await selectCall(database.read, scope, callId);
  return row === undefined ? undefined : toSummary(row);
}

/** Who makes a connection work again that waits for a sign-in. */
type FindSignsIn = (connectionId: string) => Promise<SignsIn | undefined>;

/** A call with its events, steps, attempts and exchanges. Throws `not_found`. */
export async function getCall(
  database: Database,
  scope: OrganizationScope,
  callId: string,
  signsIn?: FindSignsIn,
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
  const connections = await readConnections(database, scope, { lanes, signsIn });
  const hold = await findHold(database.read, scope);
  const steps = await readLedgerSteps(database, lanes, { connections, hold });
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
      ...(hold === undefined || steps.every(isOver) ? [] : [holdWords(hold)]),
      ...notesOf(call, events, { lanes, connections }),
      ...(await readDeeds(database, scope, { callId: call.id, steps })),
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

/** True for a step that nothing is to be sent for any more. */
function isOver({ state }: LedgerStep): boolean {
  return state === 'delivered' || state === 'skipped' || state === 'discarded';
}

/** Name and health of the connections of some lanes, by id. */
async function readConnections(
  database: Database,
  scope: OrganizationScope,
  of: { readonly lanes: readonly LaneRow[]; readonly signsIn: FindSignsIn | undefined },
) {
  const { lanes, signsIn } = of;
  // PostgreSQL does not take an empty list.
  if (lanes.length === 0) return new Map<string, never>();
  const rows = await database.read
    .selectFrom('connection')
    .leftJoin('connection_pace as pace', 'pace.connection_id', 'connection.id')
    .leftJoin('host_health as host', 'host.origin', 'pace.origin')
    .select(['id', 'name', 'connection.state', 'state_reason as reason', 'state_until as until'])
    .select([
      'pace.held_until',
      'host.origin',
      'host.state as host_state',
      'host.until as host_until',
    ])
    .where('connection.organization_id', '=', scope.organizationId)
    .where(
      'id',
      'in',
      lanes.map((lane) => lane.connection_id),
    )
    .execute();
  const latest = database.now() + 2 * LONGEST_HOLD_MS;
  const found = rows.map(async ({ held_until, origin, host_state, host_until, ...row }) => {
    const by = row.state === 'needs_auth' ? await signsIn?.(row.id) : undefined;
    const health = {
      ...row,
      ...(by === undefined ? {} : { signsIn: by }),
      // A later time is of a clock that ran ahead, and holds nothing.
      ...(held_until === null || held_until > latest ? {} : { heldUntil: held_until }),
      ...(origin === null || host_state === null
        ? {}
        : { host: { origin, state: host_state, until: host_until } }),
    };
    return [row.id, health] as const;
  });
  return new Map(await Promise.all(found));
}

function nameOf(connections: ReadonlyMap<string, { readonly name: string }>, id: string): string {
  const name = connections.get(id)?.name;
  return name === undefined ? id : `'${name}'`;
}

const ONLY_ABOUT =
  'It has not been reported that this call rang, was answered or ended: nothing goes to a CRM before that. What is known of it is kept and goes along then.';

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
  const kept = events.map((row) => JSON.parse(row.event) as CallEvent);
  const unknown = kept.flatMap(({ unknownKeys }) => unknownKeys);
  const unreadable = kept.flatMap(({ unreadableTimes }) => unreadableTimes ?? []);
  return [
    ...(facts?.durationUnknown === true
      ? ['The end of this call was never reported: Patchcord closed it, the duration is unknown.']
      : []),
    ...(facts?.withoutRing === true
      ? ['No event told of the ring; the call is known by later ones.']
      : []),
    ...[...new Set(unknown)].map((key) => `Events hold \`${key}\`, which is kept but not used.`),
    ...[...new Set(unreadable)].map(
      (name) => `Events tell \`${name}\` in a form that is no time: it is as if it were not told.`,
    ),
    ...(facts?.withoutRing === true && facts.phase === 'ringing' ? [ONLY_ABOUT] : []),
    ...(lanes.length === 0 ? ['The organization had no connection when this call came.'] : []),
    ...lanes.flatMap((lane) =>
      lane.skip_message === null
        ? []
        : [`Not written by ${nameOf(connections, lane.connection_id)}: ${lane.skip_message}.`],
    ),
  ];
}
