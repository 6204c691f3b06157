import type { Selectable, Transaction } from 'kysely';

import type { Handle } from '../store/handle.ts';
import { prepared } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';
import { nextHostHealth, withProbe } from './host-health.ts';
import type { HostEvent, HostHealth, Prober, Vote } from './host-health.ts';

/** A host as it was read: a change names the revision that it was reckoned from. */
export interface KnownHost extends HostHealth {
  readonly origin: string;
  readonly revision: number;
}

/** Other nodes may be faster; after so many tries the next answer tells the same. */
const MAX_TRIES = 5;

/** Those of the addresses that failed lately, by address. */
export async function readHosts(
  handle: Handle,
  origins: readonly string[],
): Promise<ReadonlyMap<string, KnownHost>> {
  const [origin] = origins;
  if (origin === undefined) return new Map();
  const rows =
    origins.length === 1
      ? await selectHost(handle, { origin })
      : await handle.selectFrom('host_health').selectAll().where('origin', 'in', origins).execute();
  return new Map(rows.map((row) => [row.origin, toHost(row)]));
}

/** What each request asks. */
const selectHost = prepared((handle, of: { readonly origin: string }) =>
  handle.selectFrom('host_health').selectAll().where('origin', '=', of.origin),
);

/**
 * Takes what a connection saw of a host into its row, in the transaction of what it saw. True when
 * the host has come back: connections that were held for its sake may be looked at again.
 */
export async function changeHost(
  transaction: Transaction<Tables>,
  change: { readonly origin: string; readonly event: HostEvent; readonly now: number },
): Promise<boolean> {
  const { origin, event, now } = change;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = (await readHosts(transaction, [origin])).get(origin);
    const after = nextHostHealth(before, event, now);
    if (after === before) return false;
    const written =
      before === undefined
        ? after === undefined || (await insertHost(transaction, origin, { health: after, now }))
        : after === undefined
          ? await deleteHost(transaction, before)
          : await updateHost(transaction, before, { health: after, now });
    if (written) return before?.state === 'broken' && after?.state !== 'broken';
  }
  return false;
}

/** Lets one connection ask whether a broken host is back; false when another node was faster. */
export async function grantProbe(
  transaction: Transaction<Tables>,
  host: KnownHost,
  of: { readonly prober: Prober; readonly now: number },
): Promise<boolean> {
  const health = withProbe(host, of.prober, of.now);
  return await updateHost(transaction, host, { health, now: of.now });
}

/** Forgets hosts of which nobody told anything since `before`, in epoch milliseconds. */
export async function forgetHosts(transaction: Transaction<Tables>, before: number): Promise<void> {
  await transaction.deleteFrom('host_health').where('updated_at', '<', before).execute();
}

async function insertHost(
  transaction: Transaction<Tables>,
  origin: string,
  given: { readonly health: HostHealth; readonly now: number },
): Promise<boolean> {
  const result = await transaction
    .insertInto('host_health')
    .values({ origin, ...toRow(given), revision: 1 })
    .onConflict((conflict) => conflict.column('origin').doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

async function updateHost(
  transaction: Transaction<Tables>,
  before: KnownHost,
  given: { readonly health: HostHealth; readonly now: number },
): Promise<boolean> {
  const result = await transaction
    .updateTable('host_health')
    .set({ ...toRow(given), revision: before.revision + 1 })
    .where('origin', '=', before.origin)
    .where('revision', '=', before.revision)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

async function deleteHost(transaction: Transaction<Tables>, before: KnownHost): Promise<boolean> {
  const result = await transaction
    .deleteFrom('host_health')
    .where('origin', '=', before.origin)
    .where('revision', '=', before.revision)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function toRow({ health, now }: { readonly health: HostHealth; readonly now: number }) {
  return {
    state: health.state,
    until: health.until,
    breaks: health.breaks,
    permits: health.permits,
    votes: JSON.stringify(health.votes),
    probe_connection: health.probe?.connectionId ?? null,
    probe_organization: health.probe?.organizationId ?? health.probedBy,
    updated_at: now,
  };
}

function toHost(row: Selectable<Tables['host_health']>): KnownHost {
  const { probe_connection: connectionId, probe_organization: organizationId } = row;
  return {
    origin: row.origin,
    revision: row.revision,
    state: row.state,
    until: row.until,
    breaks: row.breaks,
    permits: row.permits,
    // Written by `toRow` only.
    votes: JSON.parse(row.votes) as Vote[],
    probe:
      connectionId === null || organizationId === null ? null : { connectionId, organizationId },
    probedBy: organizationId,
  };
}
