import { sql } from 'kysely';
import type { Expression, ExpressionBuilder, Kysely, Selectable, SqlBool } from 'kysely';

import type { OrganizationScope } from '../organizations/scope.ts';
import { pageBounds, readCursor } from '../store/page.ts';
import type { Page } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';

export type CallState = 'open' | 'delivered' | 'skipped' | 'parked' | 'discarded';

export interface CallFilter {
  readonly state?: CallState | undefined;
  readonly connectionId?: string | undefined;
  readonly phoneSystemId?: string | undefined;
  /** Id of the call in the phone system. */
  readonly externalId?: string | undefined;
  /** Epoch milliseconds of the first event: from, and before. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export type CallListRow = Selectable<Tables['call']> & {
  readonly parked: number;
  readonly open: number;
  /** That wrote something: who only looked for the caller wrote nothing. */
  readonly done: number;
  readonly discarded: number;
  readonly duplicates: number;
};

type Builder = ExpressionBuilder<Tables, 'call'>;

/** Calls of an organization, the newest first, with how many steps are in which state. */
export async function selectCalls(
  handle: Kysely<Tables>,
  scope: OrganizationScope,
  request: { readonly filter: CallFilter; readonly page: Page },
): Promise<readonly CallListRow[]> {
  const { filter, page } = request;
  return await withCounts(handle)
    .where('call.organization_id', '=', scope.organizationId)
    .where((eb) => eb.and(conditions(eb, filter)))
    .$if(page.cursor !== undefined, (query) =>
      query.where('call.id', '<', readCursor(page.cursor ?? '')),
    )
    .orderBy('call.id', 'desc')
    .limit(pageBounds({ limit: page.limit }).limit)
    .execute();
}

/** One call by our id. */
export async function selectCall(
  handle: Kysely<Tables>,
  scope: OrganizationScope,
  callId: string,
): Promise<CallListRow | undefined> {
  return await withCounts(handle)
    .where('call.organization_id', '=', scope.organizationId)
    .where('call.id', '=', callId)
    .executeTakeFirst();
}

function withCounts(handle: Kysely<Tables>) {
  const count = (condition: ReturnType<typeof sql<SqlBool>>) => sql<number>`(
    select count(*) from lane join step on step.lane_id = lane.id
    where lane.call_id = call.id and ${condition})`;
  return handle
    .selectFrom('call')
    .selectAll('call')
    .select([
      count(sql<SqlBool>`step.state = 'parked'`).as('parked'),
      count(sql<SqlBool>`step.state in ('pending', 'sending', 'unknown')`).as('open'),
      count(sql<SqlBool>`step.state = 'done' and step.method <> 'FindContact'`).as('done'),
      count(sql<SqlBool>`step.state = 'discarded'`).as('discarded'),
      count(sql<SqlBool>`step.possible_duplicate = 1`).as('duplicates'),
    ]);
}

function conditions(eb: Builder, filter: CallFilter): Expression<SqlBool>[] {
  const { state, connectionId, phoneSystemId, externalId, since, until } = filter;
  return [
    ...(state === undefined ? [] : [inState(eb, state)]),
    ...(phoneSystemId === undefined ? [] : [eb('call.phone_system_id', '=', phoneSystemId)]),
    ...(externalId === undefined ? [] : [eb('call.external_id', '=', externalId)]),
    ...(since === undefined ? [] : [eb('call.created_at', '>=', since)]),
    ...(until === undefined ? [] : [eb('call.created_at', '<', until)]),
    ...(connectionId === undefined
      ? []
      : [
          eb.exists(
            eb
              .selectFrom('lane')
              .select('lane.id')
              .whereRef('lane.call_id', '=', 'call.id')
              .where('lane.connection_id', '=', connectionId),
          ),
        ]),
  ];
}

/** The same order of precedence as `callStateOf`. */
function inState(eb: Builder, state: CallState): Expression<SqlBool> {
  const has = (...states: readonly Tables['step']['state'][]) =>
    eb.exists(
      eb
        .selectFrom('lane')
        .innerJoin('step', 'step.lane_id', 'lane.id')
        .select('step.id')
        .whereRef('lane.call_id', '=', 'call.id')
        .where('step.state', 'in', states),
    );
  const hasWritten = eb.exists(
    eb
      .selectFrom('lane')
      .innerJoin('step', 'step.lane_id', 'lane.id')
      .select('step.id')
      .whereRef('lane.call_id', '=', 'call.id')
      .where('step.state', '=', 'done')
      .where('step.method', '<>', 'FindContact'),
  );
  const lives = eb.or([has('pending', 'sending', 'unknown'), eb('call.phase', '!=', 'ended')]);
  const ended = eb.not(eb.or([has('parked'), lives]));
  switch (state) {
    case 'parked':
      return has('parked');
    case 'open':
      return eb.and([eb.not(has('parked')), lives]);
    case 'discarded':
      return eb.and([ended, has('discarded')]);
    case 'delivered':
      return eb.and([ended, eb.not(has('discarded')), hasWritten]);
    case 'skipped':
      return eb.and([ended, eb.not(eb.or([has('discarded'), hasWritten]))]);
  }
}

/** The state of a call over all its connections: parked wins, then open, then how it ended. */
export function callStateOf(
  row: Pick<CallListRow, 'phase' | 'parked' | 'open' | 'done' | 'discarded'>,
): CallState {
  if (row.parked > 0) return 'parked';
  if (row.open > 0 || row.phase !== 'ended') return 'open';
  if (row.discarded > 0) return 'discarded';
  return row.done > 0 ? 'delivered' : 'skipped';
}
