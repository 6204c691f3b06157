import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import type { DatabaseSettings } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { BOOK, openIndexOn } from './testing/open-index.ts';

const PROGRAM = fileURLToPath(new URL('testing/sync-until-killed.ts', import.meta.url));
/** Contacts of a batch of the program. */
const SIZE = 300;

/** Runs the program and kills it some time after so many batches, in the middle of one as a rule. */
function killAfter(settings: DatabaseSettings, batches: number, ms: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let complained = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complained += chunk.toString();
    });
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.split('\n').length > batches) setTimeout(() => child.kill('SIGKILL'), ms);
    });
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`It ended by itself: ${complained}`));
      else resolve(Number(printed.split('\n').at(-2)));
    });
  });
}

describeDatabases('a sync whose process is killed', (databases) => {
  it('goes on where its position says, and has the contacts of all before it', async () => {
    const settings = await databases.settings();

    for (const ms of [0, 3, 9, 20, 45]) {
      const told = await killAfter(settings, 2, ms);

      const { index, close } = await openIndexOn(settings);
      const { states, known } = await index.sync.read(BOOK);
      const place = Number(states[0]?.pass?.place);
      const last = {
        kind: 'person',
        contactType: '',
        crmId: String(100_000 + place * SIZE - 1),
      } as const;
      const found = await index.byId(BOOK, last);
      const next = await index.byId(BOOK, { ...last, crmId: String(100_000 + place * SIZE) });
      const hits = await index.byNumber(BOOK, found?.phones[0] ?? '', { country: 'GB' });
      await close();
      expect(place).toBeGreaterThanOrEqual(told);
      expect(known.people).toBe(place * SIZE);
      expect(states[0]?.counts).toMatchObject({
        added: known.people,
        received: known.people,
        pages: place,
      });
      expect([found?.crmId, next]).toEqual([last.crmId, undefined]);
      expect(hits.map(({ crmId }) => crmId)).toContain(last.crmId);
    }
  });
});
