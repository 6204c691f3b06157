import type { Transaction } from 'kysely';

import { hostPermission, isProbeDue } from '../connections/host-health.ts';
import { grantProbe, readHosts } from '../connections/host-repository.ts';
import type { KnownHost } from '../connections/host-repository.ts';
import type { Tables } from '../store/schema.ts';
import { countLeasedAt, LONGEST_HOLD_MS } from './claim-repository.ts';

/** What a connection may have for all that it knows itself. */
export interface Asking {
  readonly connectionId: string;
  readonly organizationId: string;
  readonly permits: number;
  /** Lanes of it that are claimed already. */
  readonly leased: number;
  /** Where its calls go; a connection without an address has no host. */
  readonly origin: string | undefined;
  /** Its one lane is to show whether the CRM is back. */
  readonly isProbe: boolean;
  /** There is nothing for it before, in epoch milliseconds. */
  readonly againAt?: number;
}

/** While few permits are shared by many connections. */
const OPENING_HOLD_MS = 1_000;

/**
 * Takes permits from connections whose host is away, all but those of one that asks whether it is
 * back, and shares a host's few permits out while it comes back. Asked in the claim's transaction.
 */
export async function gateByHosts(
  transaction: Transaction<Tables>,
  asking: readonly Asking[],
  now: number,
): Promise<readonly Asking[]> {
  const origins = asking.flatMap(({ origin, permits }) => (permits > 0 ? (origin ?? []) : []));
  const hosts = await readHosts(transaction, [...new Set(origins)]);
  if (hosts.size === 0) return asking;
  const opening = [...hosts.values()].filter(({ state }) => state === 'opening');
  const leased = await countLeasedAt(
    transaction,
    opening.map(({ origin }) => origin),
  );
  const left = new Map(
    opening.map(({ origin, permits }) => [origin, (permits ?? 0) - (leased.get(origin) ?? 0)]),
  );
  const probing = new Map<string, string>();
  for (const host of hosts.values()) {
    const prober = await probeBy(transaction, host, { asking, now });
    if (prober !== undefined) probing.set(host.origin, prober);
  }
  return asking.map((each): Asking => {
    const host = each.origin === undefined ? undefined : hosts.get(each.origin);
    if (host === undefined || each.permits === 0 || host.state === 'watched') return each;
    if (host.state === 'opening') {
      const free = Math.max(0, left.get(host.origin) ?? 0);
      const permits = Math.min(free, each.permits);
      left.set(host.origin, free - permits);
      return permits > 0 ? { ...each, permits } : held(each, now + OPENING_HOLD_MS);
    }
    // Who was chosen earlier has its lane by now, unless there was no place for it.
    const isProber =
      probing.get(host.origin) === each.connectionId ||
      (each.leased === 0 && hostPermission(host, each.connectionId, now) === 'probe');
    if (isProber) return { ...each, permits: 1, isProbe: true };
    return held(
      each,
      Math.min(Math.max(host.until ?? now, now + OPENING_HOLD_MS), now + LONGEST_HOLD_MS),
    );
  });
}

/** Makes one of the connections ask whether the host is back, somebody else's than the last time. */
async function probeBy(
  transaction: Transaction<Tables>,
  host: KnownHost,
  of: { readonly asking: readonly Asking[]; readonly now: number },
): Promise<string | undefined> {
  if (!isProbeDue(host, of.now)) return undefined;
  const able = of.asking.filter(({ origin, permits }) => origin === host.origin && permits > 0);
  const prober = able.find(({ organizationId }) => organizationId !== host.probedBy) ?? able[0];
  if (prober === undefined) return undefined;
  const granted = await grantProbe(transaction, host, { prober, now: of.now });
  return granted ? prober.connectionId : undefined;
}

function held(asking: Asking, againAt: number): Asking {
  return { ...asking, permits: 0, againAt };
}
