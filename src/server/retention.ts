import { removeOldDeeds } from '../access/audit.ts';
import { applyRetention, RETENTION } from '../calls/retention.ts';
import type { Retention } from '../calls/retention.ts';
import { sweepSpool } from '../calls/sweep-spool.ts';
import type { KeptRecordings } from '../calls/sweep-spool.ts';
import type { Settings } from '../config/settings.ts';
import type { Spool } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';

const HOUR_MS = 60 * 60 * 1_000;
const DAY_MS = 24 * HOUR_MS;

/** How long each kind of thing is kept, in milliseconds. */
export interface KeptTimes extends Retention {
  readonly auditMs: number;
  readonly recordings: KeptRecordings;
}

/** The RETENTION_* settings. */
export function retentionOf(
  settings: Pick<
    Settings,
    | 'retentionExchangesDays'
    | 'retentionCallsDays'
    | 'retentionAuditDays'
    | 'retentionSpoolHours'
    | 'retentionRecordingsDays'
    | 'recordingLinkDays'
  >,
): KeptTimes {
  return {
    ...RETENTION,
    exchangesMs: settings.retentionExchangesDays * DAY_MS,
    callsMs: settings.retentionCallsDays * DAY_MS,
    auditMs: settings.retentionAuditDays * DAY_MS,
    recordings: {
      deliveredMs: settings.retentionSpoolHours * HOUR_MS,
      // A link that was told must not die before its day.
      linkedMs: Math.max(settings.retentionRecordingsDays, settings.recordingLinkDays + 1) * DAY_MS,
    },
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
  await sweepSpool(deps, kept.recordings);
}
