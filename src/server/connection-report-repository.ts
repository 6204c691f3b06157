import { sql } from 'kysely';

import type { AdminScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import type { ConnectionState } from '../store/tables/connections.ts';

/** How a connection does, for the operator. */
export interface ConnectionReport {
  readonly id: string;
  readonly organization_id: string;
  readonly organization_name: string;
  readonly name: string;
  readonly state: ConnectionState;
  readonly state_reason: string | null;
  readonly state_since: number;
  readonly state_until: number | null;
  readonly hold: 'suspended' | 'deleting' | null;
  /** Why a person must sign in at the CRM. */
  readonly needs_auth: string | null;
  readonly account_name: string | null;
  /** 1: tokens are kept for it, or were; 0: its properties alone authorise it, or nobody signed in yet. */
  readonly has_sign_in: number;
  /** When its newest accepted request ended, among its newest calls. */
  readonly last_success_at: number | null;
  /** Calls with steps that wait to be sent. */
  readonly waiting_calls: number;
  /** When the oldest of them became known. */
  readonly waiting_since: number | null;
  /** When the first of them was due to be sent; one that waits for its recording or its next try is due later. */
  readonly due_since: number | null;
  readonly parked_steps: number;
  /** Look-ups in a row in which its CRM found nobody. */
  readonly unfound: number;
  readonly unfound_sample: string | null;
  /** Requests in a row that were done and whose answer lacked the id. */
  readonly without_id: number;
  readonly without_id_sample: string | null;
}

/** Newest calls of a connection among which the last success is looked for. */
const NEWEST_CALLS = 20;

/** Every connection of every organization, those of one organization together. */
export async function listConnectionReports(
  handle: Handle,
  _scope: AdminScope,
  limit: number,
): Promise<readonly ConnectionReport[]> {
  const { rows } = await sql<ConnectionReport>`
    select c.id, c.organization_id, o.name as organization_name, c.name, c.state, c.state_reason,
      c.state_since, c.state_until, h.state as hold, s.needs_auth, s.account_name,
      case when s.connection_id is null then 0 else 1 end as has_sign_in,
      (select max(a.ended_at) from attempt a where a.outcome = 'success' and a.lane_id in
        (select l.id from lane l where l.connection_id = c.id
          order by l.call_id desc limit ${NEWEST_CALLS})) as last_success_at,
      coalesce(w.calls, 0) as waiting_calls, w.since as waiting_since,
      w.due as due_since, coalesce(p.steps, 0) as parked_steps,
      coalesce(r.unfound, 0) as unfound, r.unfound_sample,
      coalesce(r.without_id, 0) as without_id, r.without_id_sample
    from connection c
    join organization o on o.id = c.organization_id
    left join organization_hold h on h.organization_id = c.organization_id
    left join sign_in s on s.connection_id = c.id
    left join connection_pace r on r.connection_id = c.id
    left join (select connection_id, count(*) as calls, min(created_at) as since,
        min(ready_at) as due
      from lane where state = 'ready' group by connection_id) w on w.connection_id = c.id
    left join (select l.connection_id, count(*) as steps from step t
      join lane l on l.id = t.lane_id where t.state = 'parked'
      group by l.connection_id) p on p.connection_id = c.id
    order by o.name, o.id, c.name, c.id limit ${limit}`.execute(handle);
  return rows;
}
