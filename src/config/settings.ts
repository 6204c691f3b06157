import { AppError } from '../errors/app-error.ts';
import type { Environment } from './environment.ts';
import { checkListening, isLoopback } from './listening.ts';
import type { Setting } from './setting.ts';
import { SETTINGS } from './settings-table.ts';
import type { SettingName } from './settings-table.ts';

type ValueOf<Row> = Row extends Setting<infer T> ? T : never;

/** The value of each setting. */
export type SettingValues = { readonly [Name in SettingName]: ValueOf<(typeof SETTINGS)[Name]> };

/** All settings, checked together, and what follows from them. */
export interface Settings extends SettingValues {
  /** People reach the server by https, through a proxy or by TLS of its own. */
  readonly https: boolean;
  /** Plain http on an address that others can reach: a banner says so. */
  readonly exposed: boolean;
}

/** Texts that win over the environment: flags of the command line, the demo's own settings. */
export type Overrides = { readonly [Name in SettingName]?: string | undefined };

const PREFIX = 'PATCHCORD_';
/** Values of properties for `try`, which belong to a document and not to the server. */
const PROPERTY_PREFIX = 'PATCHCORD_PROPERTY_';

/**
 * Reads all settings once: overrides before environment before defaults; an empty text is no
 * value. Throws `invalid_settings` that names every problem at once; the result is frozen.
 */
export function readSettings(environment: Environment, overrides: Overrides = {}): Settings {
  const problems: string[] = findUnknown(environment);
  const entries = names().map((name) => {
    const row = SETTINGS[name];
    const given = overrides[name] ?? environment[row.env];
    return [name, readOne(row, given, problems)] as const;
  });
  // Each value was made by the `read` of its own row, which is what SettingValues says.
  const values = Object.fromEntries(entries) as unknown as SettingValues;
  if (problems.length === 0) problems.push(...checkListening(values), ...checkMasterKey(values));
  if (problems.length > 0) {
    throw new AppError('invalid_settings', problems.join(' '), { details: { problems } });
  }
  const tls = values.tlsCert !== undefined;
  return Object.freeze({
    ...values,
    https: tls || values.publicUrl?.startsWith('https:') === true,
    exposed: values.allowPlainHttp && !tls && !isLoopback(values.host),
  });
}

/** The settings as people may see them: secrets only as set or not set. */
export function describeSettings(
  settings: SettingValues,
): readonly { readonly env: string; readonly value: string }[] {
  return names().map((name) => {
    const row: Setting<unknown> = SETTINGS[name];
    const value = settings[name];
    if (value === undefined) return { env: row.env, value: row.defaultWords ?? 'not set' };
    if (row.secret) return { env: row.env, value: 'set (hidden)' };
    return { env: row.env, value: Array.isArray(value) ? value.join(', ') : String(value) };
  });
}

function readOne(row: Setting<unknown>, given: string | undefined, problems: string[]): unknown {
  const text = given === undefined || given === '' ? row.default : given;
  if (text === undefined) return undefined;
  const reading = row.read(text);
  if (reading.ok) return reading.value;
  const shown = row.secret ? '' : ` (it is '${text}')`;
  problems.push(`${row.env} ${reading.problem}${shown}.`);
  return undefined;
}

/** A misspelt setting of ours must not be passed over in silence. */
function findUnknown(environment: Environment): string[] {
  const known = new Set<string>(names().map((name) => SETTINGS[name].env));
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !name.startsWith(PROPERTY_PREFIX))
    .toSorted()
    .map((name) => {
      const bare = name.slice(PREFIX.length);
      return known.has(bare)
        ? `${name} is no setting: it is called ${bare}.`
        : `${name} is no setting; docs/reference/settings.md lists them all.`;
    });
}

function checkMasterKey(values: SettingValues): string[] {
  const both = values.masterKey !== undefined && values.masterKeyFile !== undefined;
  const neither = values.masterKey === undefined && values.masterKeyFile === undefined;
  if (both) return ['MASTER_KEY and MASTER_KEY_FILE are both set: keep one of them.'];
  return values.databaseUrl !== undefined && neither
    ? ['DATABASE_URL needs MASTER_KEY or MASTER_KEY_FILE, the same on every node.']
    : [];
}

function names(): readonly SettingName[] {
  // Object.keys types its result as text; the table is a literal with exactly these keys.
  return Object.keys(SETTINGS) as SettingName[];
}
