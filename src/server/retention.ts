import { removeOldDeeds } from '../access/audit.ts';
import { sweepSpool } from '../calls/recording-source.ts';
import { applyRetention, RETENTION } from '../calls/retention.ts';
import type { Retention } from '../calls/retention.ts';
import type { Settings } from '../config/settings.ts';
import type { Spool } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

/** How long each kind of thing is kept, in milliseconds. */
export interface KeptTimes extends Retention {
  readonly auditMs: number;
  /** After all connections have had the recording. */
  readonly spoolMs: number;
}

/** The RETENTION_* settings. */
export function retentionOf(
  settings: Pick<
    Settings,
    'retentionExchangesDays' | 'retentionCallsDays' | 'retentionAuditDays' | 'retentionSpoolHours'
  >,
): KeptTimes {
  return {
    ...RETENTION,
    exchangesMs: settings.retentionExchangesDays * DAY_MS,
    callsMs: settings.retentionCallsDays * DAY_MS,
    auditMs: settings.retentionAuditDays * DAY_MS,
    spoolMs: settings.retentionSpoolHours * HOUR_MS,
  };
}

/** Removes what is older than it is kept: one slice of each kind. */
export async function removeOld(
  deps: { readonly database: Database; readonly spool: Spool },
  kept: KeptTimes,
): Promise<void> {
  const { database } = deps;
  await applyRetention(database, kept);
  await removeOldDeeds(database, database.now() - kept.auditMs);
  await sweepSpool(deps, kept.spoolMs);
}
