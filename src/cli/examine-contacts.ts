import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Settings } from '../config/settings.ts';
import { sumBooks } from '../contacts/index/book-repository.ts';
import { listSyncTroubles } from '../contacts/index/sync-report-repository.ts';
import type { SyncTrouble } from '../contacts/index/sync-report-repository.ts';
import { remedyOf } from '../contacts/sync/describe-sync.ts';
import { CONTACTS_FILE, openContactReader } from '../store/contact-store.ts';
import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import { adviceOf, fine, warnOf } from './examination.ts';
import type { Examination } from './examination.ts';

/** More are not listed; the API tells of each connection. */
const MOST = 100;

/**
 * The copies of contacts: how many there are, and each list that cannot be read or waits for a person.
 * `names`: of connections by their ids. Nothing at all before the first start that made the copies.
 */
export async function examineContacts(
  settings: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  database: Pick<Database, 'read'>,
  names: ReadonlyMap<string, string>,
): Promise<readonly Examination[]> {
  if (settings.databaseUrl !== undefined) return await examine(database.read, names);
  const path = join(settings.dataDir, CONTACTS_FILE);
  if (!existsSync(path)) return [];
  const file = openContactReader(path);
  try {
    return await examine(file.read, names);
  } finally {
    await file.close();
  }
}

async function examine(
  handle: Handle,
  names: ReadonlyMap<string, string>,
): Promise<readonly Examination[]> {
  try {
    const { people, companies } = await sumBooks(handle);
    const troubles = await listSyncTroubles(handle, MOST);
    return [
      fine('copies', `${people} people and ${companies} companies of CRMs are kept`),
      ...troubles.map((trouble) => judgeTrouble(trouble, names)),
    ];
  } catch (err) {
    // Of a version that kept them in another way: the next start brings them forward.
    return [
      warnOf('copies', `They cannot be read: ${adviceOf(err)} The next sync fills them again.`),
    ];
  }
}

/** What is said of a list of contacts that somebody should look at. */
export function judgeTrouble(
  { connectionId, method, lastCompleteAt, failure, waitingDeletions }: SyncTrouble,
  names: ReadonlyMap<string, string>,
): Examination {
  const name = names.get(connectionId) ?? connectionId;
  const since =
    lastCompleteAt === undefined
      ? 'was never read to its end'
      : `was last read to its end on ${new Date(lastCompleteAt).toISOString().slice(0, 16)}Z`;
  const parts = [`\`${method}\` ${since}`];
  if (failure !== undefined) {
    parts.push(`${failure.message.replace(/[.]$/u, '')}. ${remedyOf(failure.code)}`);
  }
  if (waitingDeletions !== undefined) {
    const path = `\`POST /v1/connections/${connectionId}/contacts/sync\``;
    parts.push(
      `${waitingDeletions} contacts were not in the last full list, or the CRM called them deleted: too many to go without a word. If they are gone in the CRM too, ${path} with \`accept_deletions\` removes them; else look at what the CRM lists.`,
    );
  }
  return warnOf(name, parts.join('; '));
}
