import type { SettingValues } from './settings.ts';

/** Where the settings say that the database is: the form that `openDatabase` takes. */
export function databaseOf(
  settings: Pick<SettingValues, 'databaseUrl' | 'dataDir'>,
  use: { readonly exclusive: boolean },
):
  | { readonly kind: 'sqlite'; readonly directory: string; readonly exclusive: boolean }
  | { readonly kind: 'postgres'; readonly url: string } {
  return settings.databaseUrl === undefined
    ? { kind: 'sqlite', directory: settings.dataDir, exclusive: use.exclusive }
    : { kind: 'postgres', url: settings.databaseUrl };
}
