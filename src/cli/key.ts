import type { Command } from 'commander';

import { listApiKeys } from '../access/api-keys-repository.ts';
import { createKey, revokeKey } from '../access/keys.ts';
import type { KeyScope } from '../access/api-key.ts';
import { AppError } from '../errors/app-error.ts';
import { findOrganization } from '../organizations/organizations-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { readAllPages } from '../store/page.ts';
import type { Tables } from '../store/schema.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandContext } from './command-context.ts';
import { ownCommand } from './npm-script.ts';
import { addStoreOptions, withStore } from './with-store.ts';
import type { StoreOptions } from './with-store.ts';

export interface CreateKeyOptions extends StoreOptions {
  readonly name: string;
  readonly scope?: string | undefined;
  /** Id or domain. */
  readonly organization?: string | undefined;
  readonly phoneSystem?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface ListKeysOptions extends StoreOptions {
  readonly organization?: string | undefined;
  readonly json?: boolean | undefined;
}

const ACTOR = 'command line';
const SCOPES: readonly KeyScope[] = ['admin', 'organization', 'events'];

/** Adds `key create`, `key revoke` and `key list`. */
export function registerKey(program: Command, context: CommandContext): void {
  const key = program.command('key').description('Make, end and list API keys.');
  addStoreOptions(
    key
      .command('create')
      .description('Make an API key; it is printed this once.')
      .requiredOption('--name <text>', 'What the key is for.')
      .option('--scope <scope>', 'admin, organization or events; by the other options unless said.')
      .option('--organization <id or domain>', 'Whose key it is; without one an admin key.')
      .option('--phone-system <id>', 'The phone system that sends events with it.')
      .option('--expires-at <moment>', 'When it stops working, ISO 8601; never unless said.'),
  ).action((options: CreateKeyOptions) => runCreateKey(options, context));
  addStoreOptions(
    key
      .command('revoke')
      .description('End an API key at once.')
      .argument('<key>', 'Id or public beginning of the key, for example pc_ad_4f7a01c2.'),
  ).action((named: string, options: ListKeysOptions) => runRevokeKey(named, options, context));
  addStoreOptions(
    key
      .command('list')
      .description('List API keys without their secrets.')
      .option('--organization <id or domain>', 'Keys of one organization only.'),
  ).action((options: ListKeysOptions) => runListKeys(options, context));
}

/** Makes a key and prints it on a line of its own. Rejects with `invalid_request`, `not_found`. */
export async function runCreateKey(
  options: CreateKeyOptions,
  context: CommandContext,
): Promise<void> {
  const expiresAt = readMoment(options.expiresAt);
  const created = await withStore(context, options, async (tools) => {
    const scope = await scopeOf(tools.database, options.organization);
    return await createKey(tools, scope, {
      name: options.name,
      scope: readScope(options),
      phoneSystemId: options.phoneSystem,
      expiresAt,
      actor: ACTOR,
    });
  });
  if (options.json === true) {
    context.out(JSON.stringify({ ...present(created.row), key: created.key }));
    return;
  }
  context.out(created.key);
  context.err('This key is shown once. Send it as `Authorization: Bearer <key>`.');
}

/** Ends a key. Rejects with `not_found`. */
export async function runRevokeKey(
  named: string,
  options: ListKeysOptions,
  context: CommandContext,
): Promise<void> {
  const row = await withStore(context, { ...options, onlyReads: true }, (tools) =>
    revokeKey(tools, ADMIN, { named, actor: ACTOR }),
  );
  context.out(
    options.json === true
      ? JSON.stringify(present(row))
      : `${row.prefix}… (${row.name}) no longer works.`,
  );
}

/** Prints the keys, one per line, oldest first. Rejects with `not_found` for the organization. */
export async function runListKeys(
  options: ListKeysOptions,
  context: CommandContext,
): Promise<void> {
  const keys = await withStore(context, { ...options, onlyReads: true }, async ({ database }) => {
    const scope = await scopeOf(database, options.organization);
    return await readAllPages((page) => listApiKeys(database.read, scope, page));
  });
  if (options.json === true) {
    context.out(JSON.stringify({ keys: keys.map(present) }));
    return;
  }
  if (keys.length === 0)
    context.err(`There are no keys; "${ownCommand('key create --name NAME', context)}" makes one.`);
  for (const row of keys) {
    context.out([row.id, `${row.prefix}…`, row.scope, stateOf(row), row.name].join('  '));
  }
}

function stateOf({ revoked_at, expires_at }: Tables['api_key']): string {
  if (revoked_at !== null) return 'revoked';
  return expires_at !== null && expires_at <= systemClock.now() ? 'expired' : 'works';
}

async function scopeOf(
  database: Database,
  named: string | undefined,
): Promise<OrganizationScope | AdminScope> {
  if (named === undefined) return ADMIN;
  const found = await findOrganization(database.read, ADMIN, named);
  if (found === undefined) {
    throw new AppError('not_found', `There is no organization '${named}'.`);
  }
  return { organizationId: found.id };
}

function readScope(options: CreateKeyOptions): KeyScope {
  if (options.scope === undefined) {
    if (options.phoneSystem !== undefined) return 'events';
    return options.organization === undefined ? 'admin' : 'organization';
  }
  const scope = SCOPES.find((known) => known === options.scope);
  if (scope !== undefined) return scope;
  throw new AppError(
    'invalid_request',
    `There is no scope '${options.scope}': use ${SCOPES.join(', ')}.`,
  );
}

function readMoment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const at = /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (at <= systemClock.now()) {
    throw new AppError('invalid_request', `'${text}' is past: the key would never work.`);
  }
  if (!Number.isNaN(at)) return at;
  throw new AppError(
    'invalid_request',
    `'${text}' is no moment: write 2027-01-31 or 2027-01-31T12:00:00Z.`,
  );
}

function present(row: Tables['api_key']): Readonly<Record<string, unknown>> {
  return {
    id: row.id,
    prefix: row.prefix,
    name: row.name,
    scope: row.scope,
    organization_id: row.organization_id,
    phone_system_id: row.phone_system_id,
    created_at: iso(row.created_at),
    last_used_at: iso(row.last_used_at),
    expires_at: iso(row.expires_at),
    revoked_at: iso(row.revoked_at),
  };
}

function iso(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
