import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import type { Database } from '../store/database.ts';
import { hideAddressTokens } from '../text/hide-address-tokens.ts';
import type { Ids } from '../text/uuid.ts';
import { selectChildren, selectExported, selectRefusedEvents } from './export-repository.ts';
import type { ExportedRow } from './export-repository.ts';
import { EXPORTED, OF_CALLS } from './export-tables.ts';
import type { ExportedTable } from './export-tables.ts';
import { readState } from './life.ts';
import type { OrganizationScope } from './scope.ts';
import { readUsage, withoutOwner } from './usage.ts';

export interface ExportDeps {
  readonly database: Database;
  readonly ids: Ids;
}

/** Rows of one reading: small enough to keep in memory, and to let others read in between. */
const PAGE = 200;
/** Calls bring all their rows along. */
const CALLS = 20;
/** Grows when a line changes its form. */
const FORMAT = 1;
const MOMENT = /(?:^|_)(?:at|since|until)$/;

/**
 * Everything of an organization as lines of JSON (NDJSON), a page at a time: no secrets, no bytes
 * of recordings. The first line says whose it is, the last one how many lines there were: without
 * it the export is cut off. Nothing is locked; what changes meanwhile may be in it old or new.
 * Notes the export in the audit trail first. Rejects with `not_found`.
 */
export async function exportOrganization(
  deps: ExportDeps,
  scope: OrganizationScope,
  actor: Actor,
): Promise<AsyncGenerator<string>> {
  const { database, ids } = deps;
  const { organization, hold } = await readState(database.read, scope);
  const now = database.now();
  await database.write((transaction) =>
    recordDeed(transaction, scope, {
      ids,
      actor,
      action: 'organization.exported',
      objectKind: 'organization',
      objectId: organization.id,
      at: now,
    }),
  );
  const state = {
    state: hold?.state ?? 'active',
    state_reason: hold?.reason ?? null,
    state_since: hold?.since ?? organization.created_at,
  };
  return inLines(database, scope, [
    toLine('export', { format: FORMAT, organization_id: organization.id, exported_at: now }),
    toLine('organization', { ...organization, ...state }),
  ]);
}

async function* inLines(
  database: Database,
  scope: OrganizationScope,
  first: readonly string[],
): AsyncGenerator<string> {
  let count = first.length;
  yield first.join('');
  for await (const lines of pages(database, scope)) {
    count += lines.length;
    if (lines.length > 0) yield lines.join('');
  }
  yield toLine('end', { lines: count + 1 });
}

async function* pages(
  database: Database,
  scope: OrganizationScope,
): AsyncGenerator<readonly string[]> {
  for (const table of EXPORTED) {
    const limit = table.table === 'call' ? CALLS : PAGE;
    let after: ExportedRow | undefined;
    do {
      const from = after === undefined ? {} : { after };
      const rows = await selectExported(database.read, scope, { table, limit, ...from });
      yield rows.map((row) => toLine(table.table, row, table));
      if (table.table === 'call') yield* ofCalls(database, scope, rows);
      after = rows.length < limit ? undefined : rows.at(-1);
    } while (after !== undefined);
  }
  const refused = await selectRefusedEvents(database.read, scope);
  yield refused.map((row) => toLine('refused_event', row, REFUSED));
  const months = await readUsage(database.read, scope);
  yield months.map((month) => toLine('usage', withoutOwner(month)));
}

/** All that belongs to a page of calls; a child names its parent, which came before it. */
async function* ofCalls(
  database: Database,
  scope: OrganizationScope,
  calls: readonly ExportedRow[],
): AsyncGenerator<readonly string[]> {
  const known = new Map([['call', idsOf(calls)]]);
  for (const table of OF_CALLS) {
    const parents = known.get(table.of) ?? [];
    const rows = await selectChildren(database.read, scope, { table, parents });
    known.set(table.table, idsOf(rows));
    yield rows.map((row) => toLine(table.table, row, table));
  }
}

const REFUSED = { json: ['body'], hidesAddresses: true } as const;

function idsOf(rows: readonly ExportedRow[]): readonly string[] {
  return rows.map((row) => String(row['id']));
}

function toLine(
  record: string,
  row: ExportedRow,
  table: Pick<ExportedTable, 'json' | 'hidesAddresses'> = {},
): string {
  const members = Object.entries(row).map(([name, value]) => {
    if (typeof value === 'number' && MOMENT.test(name))
      return [name, new Date(value).toISOString()];
    if (typeof value === 'string' && table.json?.includes(name) === true) {
      return [name, parseStored(value)];
    }
    return [name, value];
  });
  const line = JSON.stringify({ record, ...Object.fromEntries(members) });
  return `${table.hidesAddresses === true ? hideAddressTokens(line) : line}\n`;
}

function parseStored(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not the form that it should have: better as text than not at all.
    return text;
  }
}
