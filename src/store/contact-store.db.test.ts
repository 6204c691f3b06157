import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { CONTACTS_FILE, openContactStore, openContactWriter } from './contact-store.ts';
import { openDatabase } from './database.ts';
import type { DatabaseSettings } from './database.ts';

const BOOK = { id: 1, organization_id: 'o', connection_id: 'c', next_number: 0 } as const;

describe('the file of the contacts', () => {
  const directories: string[] = [];

  afterEach(() => {
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
  });

  /** Opens it, does something to it if that is asked for, and counts its books. */
  async function books(settings: DatabaseSettings, work?: 'fill' | 'make newer'): Promise<number> {
    const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
    const store = await openContactStore(database, settings);
    const writer = await openContactWriter(store.place);
    await writer.write(async (transaction) => {
      if (work === undefined) return;
      await transaction
        .insertInto('contact_book')
        .values({ ...BOOK, people: 0, companies: 0 })
        .execute();
      if (work === 'fill') return;
      const step = { id: 'contacts-9999-newer', checksum: '', applied_at: 1 };
      await transaction.insertInto('contact_migration').values(step).execute();
    });
    const rows = await store.read.selectFrom('contact_book').select('id').execute();
    await writer.close();
    await store.close();
    await database.close();
    return rows.length;
  }

  function fresh(): DatabaseSettings & { readonly kind: 'sqlite' } {
    const directory = mkdtempSync(join(tmpdir(), 'patchcord-test-'));
    directories.push(directory);
    return { kind: 'sqlite', directory, exclusive: true };
  }

  it('keeps what was written', async () => {
    const settings = fresh();
    await books(settings, 'fill');

    expect(await books(settings)).toBe(1);
  });

  it('is made anew where it is of a newer version', async () => {
    const settings = fresh();
    await books(settings, 'make newer');

    expect(await books(settings)).toBe(0);
  });

  it('is made anew where it is no database', async () => {
    const settings = fresh();
    writeFileSync(join(settings.directory, CONTACTS_FILE), Buffer.alloc(8_192, 0x5a));

    expect(await books(settings)).toBe(0);
  });
});
