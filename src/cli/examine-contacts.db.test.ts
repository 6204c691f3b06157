import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { batch, BOOK, lease, openTestIndex, person } from '../contacts/index/testing/open-index.ts';
import type { TestIndex } from '../contacts/index/testing/open-index.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { examineContacts } from './examine-contacts.ts';

const PEOPLE = Array.from({ length: 25 }, (_, at) =>
  person(String(at), { name: `P${String(at)}` }),
);

describeDatabases('doctor, of copies of contacts', (databases) => {
  let opened: TestIndex;
  beforeAll(async () => {
    opened = await openTestIndex(databases);
  });
  afterAll(() => opened.close());

  const place = () => {
    const { settings } = opened;
    return settings.kind === 'sqlite'
      ? { dataDir: settings.directory, databaseUrl: undefined }
      : { dataDir: '/nowhere', databaseUrl: settings.url };
  };
  const examine = (names: ReadonlyMap<string, string> = new Map()) =>
    examineContacts(place(), opened.database, names);

  test('counts them, and says what cannot be read and what waits for a word', async () => {
    const { sync } = opened.index;
    const of = BOOK;
    const held = await lease(opened.index, of);
    const method = 'Contacts';
    const pass = await sync.beginPass(of, held, { method, kind: 'full', now: 1_000 });
    await sync.writeBatch(of, held, batch({ records: [...PEOPLE] }));
    const well = await examine();
    const limits = { share: 0.2, least: 20, misses: 1 } as const;
    const number = pass.pass?.number ?? 0;
    await sync.completePass(of, held, { method, pass: number, now: 2_000, limits, marks: '' });
    const next = await sync.beginPass(of, held, { method, kind: 'full', now: 3_000 });
    const again = { pass: next.pass?.number ?? 0, now: 4_000, limits, marks: '' };
    await sync.completePass(of, held, { method, ...again });
    const failure = { code: 'forbidden', message: 'The CRM said 403.', at: 5_000 };
    await sync.failPass(of, held, { method, failure, giveUp: true });

    const troubled = await examine(new Map([[of.connectionId, 'Acme / CRM']]));

    expect(well).toEqual([
      { name: 'copies', status: 'ok', message: '25 people and 0 companies of CRMs are kept' },
    ]);
    expect(troubled.slice(1)).toEqual([
      {
        name: 'Acme / CRM',
        status: 'warning',
        message: `\`Contacts\` was last read to its end on 1970-01-01T00:00Z; The CRM said 403. Give the CRM user of this connection the right to list contacts.; 25 contacts were not in the last full list, or the CRM called them deleted: too many to go without a word. If they are gone in the CRM too, \`POST /v1/connections/${of.connectionId}/contacts/sync\` with \`accept_deletions\` removes them; else look at what the CRM lists.`,
      },
    ]);
  });

  test('says nothing where there are none yet', async () => {
    const dataDir = mkdtempSync(`${tmpdir()}/patchcord-none-`);
    try {
      const of = { dataDir, databaseUrl: undefined };
      expect(await examineContacts(of, opened.database, new Map())).toEqual([]);
    } finally {
      rmSync(dataDir, { recursive: true });
    }
  });
});
