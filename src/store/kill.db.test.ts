import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { openDatabase } from './database.ts';
import type { DatabaseSettings } from './database.ts';
import { describeDatabases } from './testing/databases.ts';

const WRITER = fileURLToPath(new URL('testing/write-until-killed.ts', import.meta.url));

/** Runs the writer and kills it when so many rows are acknowledged; gives all it acknowledged. */
function killAfter(settings: DatabaseSettings, rows: number): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const writer = spawn(process.execPath, [WRITER, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let complained = '';
    writer.stderr.on('data', (chunk: Buffer) => {
      complained += chunk.toString();
    });
    writer.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.split('\n').length > rows) writer.kill('SIGKILL');
    });
    writer.on('error', reject);
    writer.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL')
        return reject(new Error(`The writer ended by itself: ${complained}`));
      // What stands behind the last line feed was cut off by the kill.
      resolve(printed.split('\n').slice(0, -1));
    });
  });
}

describeDatabases('a killed process', (databases) => {
  test.each([1, 7, 40, 150])(
    'loses nothing of %i acknowledged rows and halves no job',
    async (rows) => {
      const settings = await databases.settings();

      const acknowledged = await killAfter(settings, rows);

      // At once, as a restart does: the lock of the data directory died with the process.
      const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
      const found = await database.read.selectFrom('store_fact').select('name').execute();
      await database.close();
      const names = new Set(found.map((row) => row.name));
      expect(acknowledged.length).toBeGreaterThanOrEqual(rows);
      expect(acknowledged.filter((name) => !names.has(`${name}-1`))).toEqual([]);
      const halves = [...names].filter(
        (name) => !names.has(name.replace(/\d$/, (n) => (n === '1' ? '2' : '1'))),
      );
      expect(halves).toEqual([]);
    },
  );
});
