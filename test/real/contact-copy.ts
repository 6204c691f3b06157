import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

import type { Office } from './office.ts';

const Sync = z.object({
  state: z.string(),
  message: z.string(),
  people: z.number(),
  companies: z.number(),
  lists: z.array(
    z.object({
      method: z.string(),
      pass: z.string().nullable(),
      pages: z.number(),
      received: z.number(),
      added: z.number(),
      changed: z.number(),
      removed: z.number(),
      last_complete_at: z.string().nullable(),
      last_full_at: z.string().nullable(),
      last_error: z.unknown(),
    }),
  ),
});
export type Sync = z.infer<typeof Sync>;

const Callers = z.object({
  callers: z.array(
    z.object({
      source: z.string(),
      contact_id: z.string().nullable(),
      name: z.string().nullable(),
      company: z.string().nullable(),
      phones: z.array(z.string()),
    }),
  ),
  connections: z.array(
    z.object({
      status: z.string(),
      message: z.string(),
      steps: z
        .array(z.object({ source: z.string(), answered: z.number(), matched: z.number() }))
        .optional(),
    }),
  ),
});

const Found = z.object({
  contacts: z.array(
    z.object({
      source: z.string(),
      contact_id: z.string().nullable(),
      name: z.string().nullable(),
    }),
  ),
  connections: z.array(z.object({ status: z.string(), message: z.string() })),
});

/** What the copy of a CRM's contacts is asked, over HTTP. */
export interface ContactCopy {
  sync(): Promise<Sync>;
  /** Waits until the sync is as told; throws with its words after a minute. */
  waitFor(enough: (sync: Sync) => boolean): Promise<Sync>;
  /** Reads what has changed, or everything, and waits for the end. */
  read(how: 'changes' | 'full'): Promise<Sync>;
  /** Reads everything until so many people are left: a CRM that leaves somebody out is asked again. */
  readUntil(people: number): Promise<Sync>;
  /** Who has a number, and what was asked to find it out. */
  identify(number: string): Promise<z.infer<typeof Callers>>;
  /** Names of those found, in order. */
  search(text: string): Promise<readonly (string | null)[]>;
  searchLive(text: string): Promise<z.infer<typeof Found>>;
}

/** The copy of the office's CRM. */
export function contactCopy({ administrator, connectionId }: Office): ContactCopy {
  const path = `/v1/connections/${connectionId}/contacts/sync`;
  const sync = async (): Promise<Sync> => Sync.parse(await administrator.get(path));
  const waitFor = async (enough: (sync: Sync) => boolean): Promise<Sync> => {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const now = await sync();
      if (enough(now)) return now;
      if (Date.now() > deadline) {
        throw new Error(`The sync is not as it should be:\n${JSON.stringify(now, null, 1)}`);
      }
      await sleep(50);
    }
  };
  const read = async (how: 'changes' | 'full'): Promise<Sync> => {
    const before = completedAt(await sync());
    await administrator.post(path, { full: how === 'full' });
    return await waitFor((now) => now.state === 'idle' && completedAt(now) !== before);
  };
  const search = async (text: string, live: boolean): Promise<z.infer<typeof Found>> => {
    const query = `q=${encodeURIComponent(text)}&live=${String(live)}`;
    return Found.parse(await administrator.get(`/v1/contacts/search?${query}`));
  };
  return {
    sync,
    waitFor,
    read,
    readUntil: async (people) => {
      const first = await read('full');
      return first.people === people ? first : await read('full');
    },
    identify: async (number) => {
      const query = `number=${encodeURIComponent(number)}&explain=true`;
      return Callers.parse(await administrator.get(`/v1/contacts/identify?${query}`));
    },
    search: async (text) => (await search(text, false)).contacts.map(({ name }) => name),
    searchLive: (text) => search(text, true),
  };
}

/** The contacts are up to date for the first time. */
export function isRead(sync: Sync): boolean {
  return sync.state === 'idle' && sync.lists.every((list) => list.last_full_at !== null);
}

function completedAt({ lists }: Sync): string {
  return lists.map((list) => list.last_complete_at ?? '').join(' ');
}
