import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { findHealth, updateConnectionHealth } from './connections-repository.ts';
import { nextHealth } from './transitions.ts';
import type { ConnectionEvent, ConnectionHealth } from './transitions.ts';

export interface StateChange {
  readonly before: ConnectionHealth;
  readonly after: ConnectionHealth;
}

/** Other nodes may be faster; more often than this in a row is a fault. */
const MAX_TRIES = 5;

/**
 * Takes an event into a connection's state, in the transaction of what caused it. Returns the
 * state before and after; undefined when the organization has no such connection. Rejects with
 * `database_unavailable` when other nodes change the row all the time.
 */
export async function changeState(
  transaction: Handle,
  scope: OrganizationScope,
  change: {
    readonly connectionId: string;
    readonly event: ConnectionEvent;
    readonly now: number;
    /** When what led to the event was read: a refusal of before somebody signed in says nothing. */
    readonly asOf?: number | undefined;
  },
): Promise<StateChange | undefined> {
  const { connectionId, event, now, asOf } = change;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const found = await findHealth(transaction, scope, connectionId);
    if (found === undefined) return undefined;
    const { since: entered, ...before } = found;
    const outdated = event.kind === 'unauthorized' && asOf !== undefined && entered > asOf;
    const after = outdated ? before : nextHealth(before, event, now);
    if (isSame(before, after)) return { before, after };
    const since = before.state === after.state ? entered : now;
    const row = { id: connectionId, before, after, since };
    if (await updateConnectionHealth(transaction, scope, row)) return { before, after };
  }
  throw new AppError('database_unavailable', `Connection ${connectionId} is changed too often.`);
}

// The row of a healthy connection is not written for each of its successes.
function isSame(a: ConnectionHealth, b: ConnectionHealth): boolean {
  return (
    a.state === b.state &&
    a.reason === b.reason &&
    a.until === b.until &&
    a.failures === b.failures &&
    a.failedCall === b.failedCall &&
    a.throttles === b.throttles &&
    a.breaks === b.breaks &&
    a.windowAt === b.windowAt &&
    a.windowFailures === b.windowFailures &&
    a.windowSuccesses === b.windowSuccesses &&
    a.permits === b.permits
  );
}
