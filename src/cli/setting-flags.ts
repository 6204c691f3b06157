import type { Overrides } from '../config/settings.ts';
import { SETTINGS } from '../config/settings-table.ts';
import type { SettingName } from '../config/settings-table.ts';

export interface ServeOptions extends Overrides {
  readonly demo?: boolean;
  /** Folder of the demo. */
  readonly data?: string;
  readonly json?: boolean;
}

/** The options that are settings, by the name of the setting. */
export function settingFlags(options: ServeOptions): Overrides {
  // Object.keys types its result as text; the table is a literal with exactly these keys.
  const names = Object.keys(SETTINGS) as SettingName[];
  return Object.fromEntries(names.map((name) => [name, options[name]]));
}
