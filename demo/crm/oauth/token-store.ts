import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { Adapter, AdapterPayload } from 'oidc-provider';

/** A stored grant, token, session or interaction, and when it ends (epoch milliseconds; null: never). */
interface Entry {
  readonly payload: AdapterPayload;
  readonly until: number | null;
}

/** Where the authorization server keeps what it gave out: a file, so that a restart signs nobody out. */
export interface TokenStore {
  adapter(model: string): Adapter;
  clear(): void;
}

/** Opens the store in a file that only its owner reads. `now` gives epoch milliseconds. */
export function openTokenStore(file: string, now: () => number): TokenStore {
  const entries = new Map<string, Entry>(readEntries(file));
  const save = (): void => {
    for (const [key, { until }] of entries) {
      if (until !== null && until <= now()) entries.delete(key);
    }
    writeFileSync(`${file}.new`, JSON.stringify([...entries]), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  const live = (key: string): AdapterPayload | undefined => {
    const entry = entries.get(key);
    return entry === undefined || (entry.until !== null && entry.until <= now())
      ? undefined
      : entry.payload;
  };
  const findBy = (model: string, name: 'uid' | 'userCode', value: string) =>
    [...entries]
      .filter(([key]) => key.startsWith(`${model}:`))
      .map(([key]) => live(key))
      .find((payload) => payload?.[name] === value);

  return {
    adapter: (model) => ({
      async upsert(id, payload, expiresIn) {
        const until = expiresIn === undefined ? null : now() + expiresIn * 1000;
        entries.set(`${model}:${id}`, { payload, until });
        save();
      },
      find: async (id) => live(`${model}:${id}`),
      findByUid: async (uid) => findBy(model, 'uid', uid),
      findByUserCode: async (code) => findBy(model, 'userCode', code),
      async consume(id) {
        const key = `${model}:${id}`;
        const entry = entries.get(key);
        if (entry === undefined) return;
        const consumed = Math.floor(now() / 1000);
        entries.set(key, { ...entry, payload: { ...entry.payload, consumed } });
        save();
      },
      async destroy(id) {
        entries.delete(`${model}:${id}`);
        save();
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of entries) {
          if (payload.grantId === grantId) entries.delete(key);
        }
        save();
      },
    }),
    clear() {
      entries.clear();
      save();
    },
  };
}

function readEntries(file: string): readonly (readonly [string, Entry])[] {
  // Written by `save` alone.
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as [string, Entry][]) : [];
}
