import type { ConnectionState } from '../store/tables/connections.ts';

/** What people do to end a state that waits for them. */
const REMEDIES: Readonly<Partial<Record<ConnectionState, string>>> = {
  needs_auth:
    'PATCH the credentials; if they are right already, POST …/test: a successful test goes on with the waiting calls.',
  forbidden:
    "Give the CRM's user the right, then POST …/test: a successful test goes on with the waiting calls.",
  paused: 'POST …/resume goes on with the waiting calls.',
};

/** Why a connection is in its state and what to do next; null when there is nothing to say. */
export function reasonOf(row: {
  readonly state: ConnectionState;
  readonly state_reason: string | null;
}): string | null {
  const remedy = REMEDIES[row.state];
  if (row.state_reason === null || remedy === undefined) return row.state_reason;
  const reason = row.state_reason.trim();
  return `${/[.!?]$/u.test(reason) ? reason : `${reason}.`} ${remedy}`;
}
