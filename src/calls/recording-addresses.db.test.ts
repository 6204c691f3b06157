import { randomBytes } from 'node:crypto';

import { sql } from 'kysely';
import { afterEach, expect, it } from 'vitest';

import { fixedKeyring } from '../connections/keyring.ts';
import { resealSlice } from '../connections/reseal.ts';
import { createVault } from '../connections/vault.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createRecordingAddresses } from './recording-addresses.ts';
import { aCall, NAME_KEY, VAULT_KEY } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import { answer, createRecordingKit, MINUTE, WAV } from './testing/recording-kit.ts';

const ADDRESS = `https://ada:s3cret-word@pbx.test/1.wav?token=canary-1"'<&x=1#canary-2`;
const PAGE = 'https://pbx.test/calls/1?session=canary-3';
const CANARIES = ['s3cret-word', 'canary-1', 'canary-2', 'canary-3'];
const RECORDED = {
  call_id: 'c-1',
  kind: 'recorded',
  recording: { url: ADDRESS, page_url: PAGE },
} as const;

/** Every cell of every table, as one text. */
async function everything(database: Database): Promise<string> {
  const tables = await database.read.introspection.getTables();
  const cells: unknown[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
      database.read,
    );
    cells.push(...rows.flatMap((row) => Object.values(row)));
  }
  return cells
    .map((cell) =>
      cell instanceof Uint8Array ? Buffer.from(cell).toString('latin1') : String(cell),
    )
    .join('\n');
}

describeDatabases('the address of a recording', ({ open }) => {
  const { begin, cleanUp } = createRecordingKit(open);
  afterEach(cleanUp);

  it('stands readable nowhere, and the recording is fetched by it', async () => {
    const { accept, work, asked, uploads, database } = await begin([answer(200, WAV)]);

    await accept(RECORDED);
    await work();

    expect(asked).toEqual([ADDRESS]);
    expect(await uploads()).toEqual(['UploadFile done']);
    const all = await everything(database);
    expect(CANARIES.filter((canary) => all.includes(canary))).toEqual([]);
    expect(all).toContain('https://[hidden]@pbx.test/1.wav?[hidden]');
  });

  it('reaches the CRM as it was told, also the page', async () => {
    const { accept, work, clock, sent, seen, database } = await begin([], {
      options: { recordings: 'link' },
    });

    await accept(RECORDED);
    clock.advance(MINUTE);
    await work();

    const update = sent.find(({ method }) => method === 'UpdateActivity');
    expect(update?.values).toMatchObject({ content_url: ADDRESS, call_url: PAGE });
    // What the ledger keeps of the request is scrubbed of these.
    expect(update?.hidden).toEqual(expect.arrayContaining(['ada:s3cret-word', 'session=canary-3']));
    expect(await seen()).toMatchObject([{ callUrl: PAGE }]);
    const all = await everything(database);
    expect(CANARIES.filter((canary) => all.includes(canary))).toEqual([]);
  });

  it('makes one recording however often it is told', async () => {
    const { accept, work, asked, seen, database } = await begin([answer(200, WAV)]);

    const results = await accept(
      RECORDED,
      RECORDED,
      { ...RECORDED, event_id: 'e-2' },
      { ...RECORDED, event_id: 'e-3', recording: { ...RECORDED.recording, filename: '1.wav' } },
    );
    await work();

    expect(results.map(({ status }) => status)).toEqual([
      'accepted',
      'repeated',
      'accepted',
      'accepted',
    ]);
    expect(asked).toHaveLength(1);
    expect(await seen()).toHaveLength(1);
    const rows = await database.read.selectFrom('recording_address').select('name').execute();
    expect(rows).toHaveLength(2);
  });

  it('is hidden in events that were refused', async () => {
    const { intake, database } = await begin();
    const source = { ...SEEDED, domain: 'acme.test' };

    const results = await intake.accept(source, [{ ...RECORDED, domain: 'other.test' }]);

    expect(results).toMatchObject([{ status: 'refused' }]);
    const all = await everything(database);
    expect(CANARIES.filter((canary) => all.includes(canary))).toEqual([]);
    expect(all).toContain('pbx.test/1.wav?[hidden]');
  });

  it('is hidden in whatever an event of the original webhook holds', async () => {
    const { intake, database } = await begin();
    const { calling_number: number } = aCall().ringing;
    const params = { call_id: 'w-1', extension: '101', activity_type: 'inbound' };

    const result = await intake.acceptWebhook(SEEDED, {
      method: 'StartCallActivity',
      params: { ...params, caller_number: number, recording_url: PAGE },
    });

    expect(result.status).toBe('accepted');
    const all = await everything(database);
    expect(all).not.toContain('canary-3');
    expect(all).toContain('https://pbx.test/calls/1?[hidden]');
  });

  it('that cannot be opened any more is missed alone, and says why', async () => {
    const { accept, work, clock, asked, seen, database } = await begin();
    await accept(RECORDED);
    await database.write((transaction) =>
      transaction.updateTable('recording_address').set({ key_id: 'gone' }).execute(),
    );

    await work();
    const [waiting] = await seen();
    clock.advance(2 * 24 * 60 * MINUTE);
    await work();

    expect(waiting).toMatchObject({ state: 'waiting', callUrl: null });
    expect(asked).toEqual([]);
    expect(await seen()).toMatchObject([{ state: 'unavailable', reason: 'recording_unreachable' }]);
  });

  it('is sealed again when keys change, and keeps its name', async () => {
    const { accept, database, callId } = await begin();
    await accept(RECORDED, { ...RECORDED, call_id: 'c-2' });
    const fresh = { id: 'fresh', bytes: new Uint8Array(32).fill(9) };
    const ring = [fresh, VAULT_KEY];
    const keyring = {
      ...fixedKeyring(fresh),
      all: () => ring,
      find: (id: string) => ring.find((key) => key.id === id),
    };
    const names = async () =>
      await database.read
        .selectFrom('recording_address')
        .select(['call_id', 'name', 'key_id'])
        .orderBy('call_id')
        .orderBy('name')
        .execute();
    const before = await names();

    const resealed = await resealSlice({ database, keyring, randomBytes });

    expect(resealed).toBe(4);
    expect(await names()).toEqual(before.map((row) => ({ ...row, key_id: 'fresh' })));
    const vault = createVault(fresh, randomBytes);
    const addresses = createRecordingAddresses({ vault, nameKey: NAME_KEY });
    const { organizationId } = SEEDED;
    const book = await addresses.read(database.read, { organizationId, callId: await callId() });
    expect(book.all.toSorted()).toEqual([PAGE, ADDRESS].toSorted());
  });

  it('that an older version kept readable is used as it stands', async () => {
    const { accept, work, asked, database } = await begin([answer(200, WAV)]);
    await accept(RECORDED);
    await database.write((transaction) =>
      transaction.updateTable('recording').set({ address: null, source_url: ADDRESS }).execute(),
    );

    await work();

    expect(asked).toEqual([ADDRESS]);
  });
});
