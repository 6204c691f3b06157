import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';
import type { BookScope } from './contact-index.ts';
import type { PassKind, SyncCounts, SyncFailure, SyncMethod, SyncState } from './sync-store.ts';

export type StateRow = Tables['sync_state'];

/** The state of one method of a connection. */
export interface StateOf extends BookScope {
  readonly method: SyncMethod;
}

/** Place and marks are sealed in rows; whoever reads them opens them. */
export type SealedState = SyncState;

export async function listStates(handle: Handle, of: BookScope): Promise<readonly SealedState[]> {
  const rows = await handle
    .selectFrom('sync_state')
    .selectAll()
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .orderBy('method')
    .execute();
  return rows.map(toState);
}

export async function findState(handle: Handle, of: StateOf): Promise<SealedState | undefined> {
  return (await listStates(handle, of)).find(({ method }) => method === of.method);
}

const NO_COUNTS = {
  ...{ pages: 0, received: 0, added: 0, changed: 0, unchanged: 0, removed: 0, left_out: 0 },
} as const;

/** A new pass, with a new number and without a place. */
export async function insertPass(
  handle: Handle,
  of: StateOf,
  pass: { readonly kind: PassKind; readonly now: number },
): Promise<void> {
  const begun = {
    ...{ ...NO_COUNTS, kind: pass.kind, started_at: pass.now, place: null, estimate: null },
  };
  await handle
    .insertInto('sync_state')
    .values({
      connection_id: of.connectionId,
      organization_id: of.organizationId,
      method: of.method,
      pass: 1,
      ...begun,
      ...{ marks: null, last_begun_at: null, last_ended_at: null, last_complete_at: null },
      ...{ last_full_at: null, failure_code: null, failure_message: null, failure_at: null },
      ...{ waiting_deletions: null, missed: 0, confirm_at: null },
    })
    .onConflict((conflict) =>
      conflict
        .columns(['connection_id', 'method'])
        .doUpdateSet((eb) => ({ ...begun, pass: eb('sync_state.pass', '+', 1) }))
        .where('sync_state.organization_id', '=', of.organizationId),
    )
    .execute();
}

/** Adds to the counts of the pass and moves its place; false when it is no longer under way. */
export async function advancePass(
  handle: Handle,
  of: StateOf,
  step: {
    readonly pass: number;
    readonly place: string | null;
    readonly estimate: number | undefined;
    readonly counts: SyncCounts;
  },
): Promise<boolean> {
  const { counts } = step;
  const result = await handle
    .updateTable('sync_state')
    .set((eb) => ({
      place: step.place,
      ...(step.estimate === undefined ? {} : { estimate: step.estimate }),
      pages: eb('pages', '+', counts.pages),
      received: eb('received', '+', counts.received),
      added: eb('added', '+', counts.added),
      changed: eb('changed', '+', counts.changed),
      unchanged: eb('unchanged', '+', counts.unchanged),
      removed: eb('removed', '+', counts.removed),
      left_out: eb('left_out', '+', counts.leftOut),
    }))
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .where('method', '=', of.method)
    .where('pass', '=', step.pass)
    .where('kind', 'is not', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Writes what becomes of a state. */
export async function changeState(
  handle: Handle,
  of: StateOf,
  change: Partial<StateRow>,
): Promise<void> {
  await handle
    .updateTable('sync_state')
    .set(change)
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .where('method', '=', of.method)
    .execute();
}

/** The columns of a failure, or of none. */
export function failureColumns(failure: SyncFailure | undefined): Partial<StateRow> {
  return {
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    failure_at: failure?.at ?? null,
  };
}

function toState(row: StateRow): SealedState {
  const failed = row.failure_code !== null && row.failure_at !== null;
  return {
    method: row.method,
    pass:
      row.kind === null
        ? undefined
        : {
            number: row.pass,
            kind: row.kind,
            startedAt: row.started_at ?? 0,
            place: row.place ?? undefined,
          },
    counts: {
      ...{ pages: row.pages, received: row.received, added: row.added, changed: row.changed },
      ...{ unchanged: row.unchanged, removed: row.removed, leftOut: row.left_out },
    },
    estimate: row.estimate ?? undefined,
    marks: row.marks ?? undefined,
    lastBegunAt: row.last_begun_at ?? undefined,
    lastEndedAt: row.last_ended_at ?? undefined,
    lastCompleteAt: row.last_complete_at ?? undefined,
    lastFullAt: row.last_full_at ?? undefined,
    lastFailure: failed
      ? {
          code: row.failure_code ?? '',
          message: row.failure_message ?? '',
          at: row.failure_at ?? 0,
        }
      : undefined,
    waitingDeletions: row.waiting_deletions ?? undefined,
    missed: row.missed,
    confirmAt: row.confirm_at ?? undefined,
  };
}
