import { statfs } from 'node:fs/promises';

import type { IntakeLimits } from '../calls/intake-budget.ts';
import type { Settings } from '../config/settings.ts';

/** The limits of the intake as the settings say them. */
export function intakeLimitsOf(
  settings: Pick<Settings, 'intakeBacklog' | 'intakeEventsPerMinute' | 'intakeDiskReservePercent'>,
): IntakeLimits {
  return {
    backlog: settings.intakeBacklog,
    eventsPerMinute: settings.intakeEventsPerMinute,
    diskReservePercent: settings.intakeDiskReservePercent,
  };
}

/** Share of the disk of a directory that is free for this process, in percent. */
export async function freePercent(directory: string): Promise<number> {
  const { bavail, blocks } = await statfs(directory);
  return blocks === 0 ? 100 : (bavail / blocks) * 100;
}
