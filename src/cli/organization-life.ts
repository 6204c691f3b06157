import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Command } from 'commander';

import { databaseOf } from '../config/database-settings.ts';
import { readSettings } from '../config/settings.ts';
import { forgetOrganization } from '../contacts/index/forget-organization.ts';
import { AppError } from '../errors/app-error.ts';
import { deleteOrganization } from '../organizations/delete-organization.ts';
import { exportOrganization } from '../organizations/export-organization.ts';
import { beginDeletion, resumeOrganization, suspendOrganization } from '../organizations/life.ts';
import type { OrganizationState } from '../organizations/life.ts';
import { findOrganization } from '../organizations/organizations-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { openSpool } from '../recordings/open-spool.ts';
import type { Database } from '../store/database.ts';
import type { CommandContext } from './command-context.ts';
import { dataFolder, ownCommand, userPath } from './npm-script.ts';
import { addStoreOptions, withStore } from './with-store.ts';
import type { StoreOptions } from './with-store.ts';

export interface LifeOptions extends StoreOptions {
  readonly reason?: string | undefined;
  /** The organization's name, to delete it. */
  readonly confirm?: string | undefined;
  readonly output?: string | undefined;
  readonly json?: boolean | undefined;
}

const ACTOR = 'command line';
const WHICH = 'Id or domain of the organization.';

/** Adds `organization suspend`, `resume`, `export` and `delete`. */
export function registerOrganizationLife(organization: Command, context: CommandContext): void {
  addStoreOptions(
    organization
      .command('suspend')
      .description('Refuse its keys and send nothing to its CRMs; its calls are kept.')
      .argument('<organization>', WHICH)
      .option('--reason <text>', 'Why; its keys are told.'),
  ).action((named: string, options: LifeOptions) => runSuspend(named, options, context));
  addStoreOptions(
    organization
      .command('resume')
      .description('Let it work again; what waited goes out in order.')
      .argument('<organization>', WHICH),
  ).action((named: string, options: LifeOptions) => runResume(named, options, context));
  addStoreOptions(
    organization
      .command('export')
      .description('Print everything of it as lines of JSON, without secrets.')
      .argument('<organization>', WHICH)
      .option('--output <file>', 'Write to this file, readable by you only.'),
  ).action((named: string, options: LifeOptions) => runExport(named, options, context));
  addStoreOptions(
    organization
      .command('delete')
      .description('Delete a suspended organization with everything of it, for good.')
      .argument('<organization>', WHICH)
      .requiredOption('--confirm <name>', 'Its name, exactly as it is written.'),
  ).action((named: string, options: LifeOptions) => runDelete(named, options, context));
}

/** Suspends an organization. Rejects with `not_found`, `conflict`. */
export async function runSuspend(
  named: string,
  options: LifeOptions,
  context: CommandContext,
): Promise<void> {
  const state = await withOrganization(named, options, context, (tools, scope) =>
    suspendOrganization(tools, scope, { reason: options.reason, actor: ACTOR }),
  );
  printState(state, options, context, 'is suspended: its calls wait until it is resumed.');
}

/** Lets an organization work again. Rejects with `not_found`, `conflict`. */
export async function runResume(
  named: string,
  options: LifeOptions,
  context: CommandContext,
): Promise<void> {
  const state = await withOrganization(named, options, context, (tools, scope) =>
    resumeOrganization(tools, scope, { actor: ACTOR }),
  );
  printState(state, options, context, 'works again.');
}

/** Prints or writes everything of an organization. Rejects with `not_found`. */
export async function runExport(
  named: string,
  options: LifeOptions,
  context: CommandContext,
): Promise<void> {
  await withOrganization(named, options, context, async (tools, scope) => {
    const pages = await exportOrganization(tools, scope, ACTOR);
    if (options.output === undefined) {
      for await (const page of pages) context.out(page.trimEnd());
      return;
    }
    const path = userPath(options.output, context);
    if (existsSync(path)) {
      throw new AppError('conflict', `There is a file ${path} already: name another one.`);
    }
    // `wx`: an export of before is not written over by mistake.
    await pipeline(Readable.from(pages), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    context.out(options.json === true ? JSON.stringify({ file: path }) : path);
  });
}

/** Deletes an organization, to the end. Rejects with `not_found`, `conflict`. */
export async function runDelete(
  named: string,
  options: LifeOptions,
  context: CommandContext,
): Promise<void> {
  const read = readSettings(context.env, { dataDir: options.dataDir });
  const dataDir = dataFolder(read, options.dataDir, context);
  const directory = join(dataDir, 'recordings');
  const settings = databaseOf({ ...read, dataDir }, { exclusive: false });
  await withOrganization(named, options, context, async (tools, scope) => {
    const request = { name: options.confirm ?? '', actor: ACTOR };
    await beginDeletion(tools, scope, request).catch((err: unknown) => {
      throw isNotSuspended(err) ? sayHowToSuspend(named, context) : err;
    });
    // Nothing is read or written in this spool, so that any key does.
    const spool = openSpool({
      database: tools.database,
      directory,
      key: randomBytes(32),
      randomBytes,
    });
    const rows = await deleteOrganization(
      {
        ...tools,
        removeFile: (file) => spool.remove(file),
        removeContacts: (id) => forgetOrganization(tools.database, settings, id),
      },
      scope.organizationId,
    );
    context.out(
      options.json === true
        ? JSON.stringify({ organization_id: scope.organizationId, removed_rows: rows })
        : `${scope.organizationId} is deleted with all that belonged to it.`,
    );
  });
}

/** Runs work for the organization of this id or domain. Rejects with `not_found`. */
export async function withOrganization<T>(
  named: string,
  options: StoreOptions,
  context: CommandContext,
  work: (
    tools: Parameters<Parameters<typeof withStore>[2]>[0],
    scope: OrganizationScope,
  ) => Promise<T>,
): Promise<T> {
  return await withStore(context, { ...options, onlyReads: true }, async (tools) =>
    work(tools, await findScope(tools.database, named)),
  );
}

async function findScope(database: Database, named: string): Promise<OrganizationScope> {
  const found = await findOrganization(database.read, ADMIN, named);
  if (found === undefined) throw new AppError('not_found', `There is no organization '${named}'.`);
  return { organizationId: found.id };
}

function isNotSuspended(err: unknown): boolean {
  return err instanceof AppError && err.details['state'] === 'active';
}

function sayHowToSuspend(named: string, context: CommandContext): AppError {
  const command = ownCommand(`organization suspend ${named}`, context);
  return new AppError('conflict', `The organization works: run "${command}" first.`);
}

function printState(
  { organization, hold }: OrganizationState,
  options: LifeOptions,
  context: CommandContext,
  words: string,
): void {
  const state = hold?.state ?? 'active';
  context.out(
    options.json === true
      ? JSON.stringify({ organization_id: organization.id, state, reason: hold?.reason ?? null })
      : `${organization.name} (${organization.id}) ${words}`,
  );
}
