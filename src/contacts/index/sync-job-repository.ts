import { sql } from 'kysely';
import type { ExpressionBuilder, SqlBool, Expression } from 'kysely';

import { AppError } from '../../errors/app-error.ts';
import type { Handle } from '../../store/handle.ts';
import type { Tables } from '../../store/schema.ts';
import type { BookScope } from './contact-index.ts';
import type { SyncJob, SyncLease, SyncPause, SyncRequest } from './sync-store.ts';

type JobRow = Tables['sync_job'];

export async function findJob(handle: Handle, of: BookScope): Promise<SyncJob | undefined> {
  const row = await handle
    .selectFrom('sync_job')
    .selectAll()
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .executeTakeFirst();
  return row === undefined ? undefined : toJob(row);
}

/** Makes a job, or has it looked at sooner. */
export async function scheduleJob(handle: Handle, of: BookScope, dueAt: number): Promise<void> {
  await handle
    .insertInto('sync_job')
    .values(newJob(of, { due_at: dueAt }))
    .onConflict((conflict) =>
      conflict
        .column('connection_id')
        .doUpdateSet((eb) => ({ due_at: eb.ref('excluded.due_at') }))
        .whereRef('sync_job.organization_id', '=', 'excluded.organization_id')
        .where((eb) =>
          eb.or([
            eb('sync_job.due_at', 'is', null),
            eb('sync_job.due_at', '>', eb.ref('excluded.due_at')),
            // It is worked on: whoever does has perhaps read the connection already.
            eb('sync_job.owner', 'is not', null),
          ]),
        ),
    )
    .execute();
}

/** Notes what is asked for; a full sync that was asked for before stays one. */
export async function askJob(handle: Handle, of: BookScope, asked: SyncRequest): Promise<void> {
  const row = { due_at: asked.at, asked_kind: asked.kind, asked_at: asked.at };
  await handle
    .insertInto('sync_job')
    .values(newJob(of, row))
    .onConflict((conflict) =>
      conflict
        .column('connection_id')
        .doUpdateSet((eb) => ({
          due_at: asked.at,
          asked_at: asked.at,
          asked_kind: eb
            .case()
            .when('sync_job.asked_kind', '=', 'full')
            .then(eb.ref('sync_job.asked_kind'))
            .else(eb.ref('excluded.asked_kind'))
            .end(),
        }))
        .whereRef('sync_job.organization_id', '=', 'excluded.organization_id'),
    )
    .execute();
}

export async function clearAsked(
  handle: Handle,
  of: BookScope,
  by: { readonly lease: SyncLease; readonly until: number },
): Promise<void> {
  await handle
    .updateTable('sync_job')
    .set({ asked_kind: null, asked_at: null })
    .where(isHeld(of, by.lease))
    .where('asked_at', '<=', by.until)
    .execute();
}

/** Jobs that are due and free: the longest waiting one of each organization, then the second ones. */
export async function listDueJobs(
  handle: Handle,
  now: number,
  of: { readonly limit: number; readonly owner: string },
): Promise<readonly SyncJob[]> {
  const rows = await handle
    .with('free', (db) =>
      db
        .selectFrom('sync_job')
        .selectAll()
        .select(
          sql<number>`row_number() over (partition by organization_id order by due_at, connection_id)`.as(
            'turn',
          ),
        )
        .where('due_at', '<=', now)
        .where((eb) => isFree(eb, now, of.owner)),
    )
    .selectFrom('free')
    .selectAll()
    .orderBy('turn')
    .orderBy('due_at')
    .orderBy('connection_id')
    .limit(of.limit)
    .execute();
  return rows.map(toJob);
}

/** When the next job is due: one that somebody works on, not before its lease ends. */
export async function findNextDue(handle: Handle): Promise<number | undefined> {
  const row = await handle
    .selectFrom('sync_job')
    .select((eb) =>
      eb.fn
        .min<number | null>(
          eb
            .case()
            .when(eb.and([eb('owner', 'is not', null), eb('lease_until', '>', eb.ref('due_at'))]))
            .then(eb.ref('lease_until'))
            .else(eb.ref('due_at'))
            .end(),
        )
        .as('at'),
    )
    .where('due_at', 'is not', null)
    .executeTakeFirst();
  return row?.at ?? undefined;
}

export async function listJobScopes(
  handle: Handle,
  after: string,
  limit: number,
): Promise<readonly BookScope[]> {
  const rows = await handle
    .selectFrom('sync_job')
    .select(['organization_id', 'connection_id'])
    .where('connection_id', '>', after)
    .orderBy('connection_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    organizationId: row.organization_id,
    connectionId: row.connection_id,
  }));
}

/** Takes the lease of a job; undefined where there is none, or another has it. */
export async function takeJobLease(
  handle: Handle,
  of: BookScope,
  by: {
    readonly owner: string;
    readonly now: number;
    readonly until: number;
    readonly seize?: boolean;
  },
): Promise<SyncLease | undefined> {
  let rows = handle
    .updateTable('sync_job')
    .set((eb) => ({ owner: by.owner, lease_until: by.until, fence: eb('fence', '+', 1) }))
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId);
  if (by.seize !== true) rows = rows.where((eb) => isFree(eb, by.now, by.owner));
  const row = await rows.returning('fence').executeTakeFirst();
  return row === undefined ? undefined : { owner: by.owner, fence: row.fence };
}

export async function renewJobLease(
  handle: Handle,
  of: BookScope,
  by: { readonly lease: SyncLease; readonly until: number },
): Promise<boolean> {
  const result = await handle
    .updateTable('sync_job')
    .set({ lease_until: by.until })
    .where(isHeld(of, by.lease))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function releaseJobLease(
  handle: Handle,
  of: BookScope,
  by: {
    readonly lease: SyncLease;
    readonly dueAt: number | undefined;
    readonly wasDueAt: number | undefined;
    readonly pause?: SyncPause | undefined;
  },
): Promise<void> {
  await handle
    .updateTable('sync_job')
    .set((eb) => ({
      owner: null,
      lease_until: 0,
      ...pauseColumns(by.pause),
      due_at: eb
        .case()
        // Somebody asked, or wants it looked at again. Times do not say so: who writes may be slow.
        .when(
          by.wasDueAt === undefined
            ? eb('due_at', 'is not', null)
            : eb('due_at', '!=', by.wasDueAt),
        )
        .then(eb.ref('due_at'))
        .else(by.dueAt ?? null)
        .end(),
    }))
    .where(isHeld(of, by.lease))
    .execute();
}

/** Has the CRM left alone for a while, whoever goes on. */
export async function pauseJob(handle: Handle, of: BookScope, pause: SyncPause): Promise<void> {
  await handle
    .updateTable('sync_job')
    .set(pauseColumns(pause))
    .where('connection_id', '=', of.connectionId)
    .where('organization_id', '=', of.organizationId)
    .execute();
}

/** Rejects with `conflict` when another has taken the lease; else nobody does before the transaction ends. */
export async function holdLease(handle: Handle, of: BookScope, lease: SyncLease): Promise<void> {
  const result = await handle
    .updateTable('sync_job')
    .set((eb) => ({ fence: eb.ref('fence') }))
    .where(isHeld(of, lease))
    .executeTakeFirst();
  if (result.numUpdatedRows > 0n) return;
  throw new AppError('conflict', 'Another process syncs the contacts of this connection now.');
}

function pauseColumns(pause: SyncPause | undefined): Partial<JobRow> {
  return pause === undefined ? {} : { not_before: pause.notBefore, brake: pause.brake };
}

type JobBuilder = ExpressionBuilder<Tables, 'sync_job'>;

function isHeld(of: BookScope, lease: SyncLease): (eb: JobBuilder) => Expression<SqlBool> {
  return (eb) =>
    eb.and([
      eb('connection_id', '=', of.connectionId),
      eb('organization_id', '=', of.organizationId),
      eb('owner', '=', lease.owner),
      eb('fence', '=', lease.fence),
    ]);
}

function isFree(eb: JobBuilder, now: number, owner: string): Expression<SqlBool> {
  return eb.or([eb('owner', 'is', null), eb('owner', '=', owner), eb('lease_until', '<=', now)]);
}

function newJob(of: BookScope, given: Partial<JobRow>): JobRow {
  return {
    connection_id: of.connectionId,
    organization_id: of.organizationId,
    ...{ due_at: null, asked_kind: null, asked_at: null, owner: null, lease_until: 0, fence: 0 },
    ...{ not_before: null, brake: null },
    ...given,
  };
}

function toJob(row: JobRow): SyncJob {
  return {
    organizationId: row.organization_id,
    connectionId: row.connection_id,
    dueAt: row.due_at ?? undefined,
    asked:
      row.asked_kind === null || row.asked_at === null
        ? undefined
        : { kind: row.asked_kind, at: row.asked_at },
    notBefore: row.not_before ?? undefined,
    brake: row.brake ?? undefined,
    lease: { owner: row.owner ?? '', until: row.lease_until, fence: row.fence },
  };
}
