import type { Command } from 'commander';

import { AppError } from '../errors/app-error.ts';
import { ADMIN } from '../organizations/scope.ts';
import { readUsage } from '../organizations/usage.ts';
import { USAGE_COUNTS } from '../organizations/usage-repository.ts';
import type { UsageMonth } from '../organizations/usage-repository.ts';
import type { CommandContext } from './command-context.ts';
import { withOrganization } from './organization-life.ts';
import { addStoreOptions, withStore } from './with-store.ts';
import type { StoreOptions } from './with-store.ts';

export interface UsageOptions extends StoreOptions {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Adds `organization usage`. */
export function registerOrganizationUsage(organization: Command, context: CommandContext): void {
  addStoreOptions(
    organization
      .command('usage')
      .description('Print what organizations used, by month.')
      .argument('[organization]', 'Id or domain; all of them when absent.')
      .option('--from <month>', 'First month, for example 2026-03.')
      .option('--to <month>', 'Last month.'),
  ).action((named: string | undefined, options: UsageOptions) => runUsage(named, options, context));
}

/** Prints usage by month. Rejects with `invalid_request` for what is no month, `not_found`. */
export async function runUsage(
  named: string | undefined,
  options: UsageOptions,
  context: CommandContext,
): Promise<void> {
  const range = { from: checkMonth(options.from), to: checkMonth(options.to) };
  const months =
    named === undefined
      ? await withStore(context, { ...options, onlyReads: true }, ({ database }) =>
          readUsage(database.read, ADMIN, range),
        )
      : await withOrganization(named, options, context, ({ database }, scope) =>
          readUsage(database.read, scope, range),
        );
  if (options.json === true) {
    context.out(JSON.stringify({ items: months }));
    return;
  }
  if (months.length === 0) context.err('Nothing was used in these months.');
  else for (const line of asTable(months)) context.out(line);
}

function checkMonth(text: string | undefined): string | undefined {
  if (text === undefined || /^\d{4}-(?:0[1-9]|1[0-2])$/u.test(text)) return text;
  throw new AppError('invalid_request', `'${text}' is no month: write 2026-03.`);
}

/** Columns as wide as what stands in them; numbers to the right. */
function asTable(months: readonly UsageMonth[]): readonly string[] {
  const head = ['month', 'organization', ...USAGE_COUNTS.map((name) => name.replaceAll('_', ' '))];
  const rows = months.map((month) => [
    month.month,
    month.organization_id,
    ...USAGE_COUNTS.map((count) => String(month[count])),
  ]);
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  return [head, ...rows].map((row) =>
    row
      .map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
