import type { HostHealth } from '../../connections/host-health.ts';
import { isProbeDue } from '../../connections/host-health.ts';
import { permission } from '../../connections/transitions.ts';
import type { ConnectionState } from '../../store/tables/connections.ts';

/** Whether the sync of a connection may ask its CRM now, or when to look again. */
export type SyncPermission =
  { readonly may: true } | { readonly may: false; readonly againAt: number };

/** What waits for people is looked at so often; what they do is mostly told at once. */
const LOOK_AGAIN_MS = 60_000;
/** A mark that has just passed is looked at a little later: clocks differ. */
const SHORTEST_MS = 1_000;

/**
 * Whether a sync may run at `now` (epoch milliseconds): like a look-up, it leaves a connection alone
 * that is closed, and a host that is away until somebody may ask whether it is back.
 */
export function maySync(
  of: {
    readonly state: ConnectionState;
    readonly until: number | null;
    /** Those of its addresses that failed lately. */
    readonly hosts: Iterable<HostHealth>;
    /** Nothing goes to the CRMs of its organization. */
    readonly isHeld: boolean;
  },
  now: number,
): SyncPermission {
  const later = (until: number | null): SyncPermission => ({
    may: false,
    againAt: Math.max(until ?? now + LOOK_AGAIN_MS, now + SHORTEST_MS),
  });
  if (of.isHeld) return later(null);
  if (permission(of, now) === 'closed') return later(of.until);
  for (const host of of.hosts) {
    if (host.state === 'broken' && !isProbeDue(host, now)) return later(host.until);
  }
  return { may: true };
}
