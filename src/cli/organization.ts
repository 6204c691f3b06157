import type { Command } from 'commander';

import { AppError } from '../errors/app-error.ts';
import { createOrganization } from '../organizations/organizations.ts';
import { findHolds } from '../organizations/holds-repository.ts';
import { listOrganizations } from '../organizations/organizations-repository.ts';
import type { OrganizationRow } from '../organizations/organizations-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import { readAllPages } from '../store/page.ts';
import type { CommandContext } from './command-context.ts';
import { checkPlace } from './check-place.ts';
import { ownCommand } from './npm-script.ts';
import { registerOrganizationLife } from './organization-life.ts';
import { registerOrganizationUsage } from './organization-usage.ts';
import { addStoreOptions, withStore } from './with-store.ts';
import type { StoreOptions } from './with-store.ts';

export interface CreateOrganizationOptions extends StoreOptions {
  readonly name: string;
  readonly domain?: string | undefined;
  readonly country: string;
  readonly timezone: string;
  readonly json?: boolean | undefined;
}

export interface ListOrganizationsOptions extends StoreOptions {
  readonly json?: boolean | undefined;
}

/** Adds `organization create`, `list`, `usage`, and what becomes of one. */
export function registerOrganization(program: Command, context: CommandContext): void {
  const organization = program
    .command('organization')
    .description('Make, list, suspend, export and delete organizations.');
  addStoreOptions(
    organization
      .command('create')
      .description('Make an organization.')
      .requiredOption('--name <text>', 'Name for people.')
      .option('--domain <text>', 'What a phone system of several organizations calls it.')
      .option('--country <code>', 'Country of its numbers, ISO 3166-1, for example GB.', 'US')
      .option('--timezone <zone>', 'Its time zone, for example Europe/London.', 'UTC'),
  ).action((options: CreateOrganizationOptions) => runCreateOrganization(options, context));
  addStoreOptions(organization.command('list').description('List the organizations.')).action(
    (options: ListOrganizationsOptions) => runListOrganizations(options, context),
  );
  registerOrganizationUsage(organization, context);
  registerOrganizationLife(organization, context);
}

/** Makes an organization and prints its id. Rejects with `invalid_request`, `conflict`. */
export async function runCreateOrganization(
  options: CreateOrganizationOptions,
  context: CommandContext,
): Promise<void> {
  checkPlace(options);
  const { name, domain, country, timezone } = options;
  if (name.trim() === '') throw new AppError('invalid_request', '--name must not be empty.');
  const row = await withStore(context, options, (tools) =>
    createOrganization(tools, { name, domain, country, timezone, actor: 'command line' }),
  );
  context.out(options.json === true ? JSON.stringify(present(row)) : row.id);
}

/** Prints the organizations, one per line, oldest first. */
export async function runListOrganizations(
  options: ListOrganizationsOptions,
  context: CommandContext,
): Promise<void> {
  const rows = await withStore(context, { ...options, onlyReads: true }, ({ database }) =>
    readAllPages(async (page) => {
      const { items, next_cursor } = await listOrganizations(database.read, ADMIN, page);
      const ids = items.map(({ id }) => id);
      const holds = await findHolds(database.read, ADMIN, ids);
      const listed = items.map((row) => ({ row, state: holds.get(row.id)?.state ?? 'active' }));
      return { items: listed, next_cursor };
    }),
  );
  if (options.json === true) {
    context.out(
      JSON.stringify({ organizations: rows.map(({ row, state }) => ({ ...present(row), state })) }),
    );
    return;
  }
  if (rows.length === 0) {
    context.err(
      `There are no organizations; "${ownCommand('organization create --name NAME', context)}" makes one.`,
    );
  }
  for (const { row, state } of rows) {
    const held = state === 'active' ? '' : ` (${state})`;
    context.out([row.id, row.domain ?? '-', `${row.name}${held}`].join('  '));
  }
}

function present(row: OrganizationRow): Readonly<Record<string, unknown>> {
  return { ...row, created_at: new Date(row.created_at).toISOString() };
}
