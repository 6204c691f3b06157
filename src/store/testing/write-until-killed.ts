import { setTimeout as pause } from 'node:timers/promises';

import { systemClock } from '../../time/clock.ts';
import { openDatabase } from '../database.ts';
import type { DatabaseSettings } from '../database.ts';

/**
 * A program for the kill test: opens the database that its argument describes and writes without
 * end, in turns of several jobs; prints the names of a turn's rows when they are acknowledged.
 */
async function main(): Promise<void> {
  // The test wrote this JSON itself.
  const settings = JSON.parse(process.argv[2] ?? '') as DatabaseSettings;
  const database = await openDatabase(settings, {
    clock: systemClock,
    onFatal: () => process.exit(1),
  });
  for (let turn = 0; ; turn += 1) {
    await Promise.all(
      ['a', 'b', 'c'].map(async (letter) => {
        const name = `${turn}-${letter}`;
        // Two rows in one job: after a kill there are both or none.
        await database.write(async (transaction) => {
          const rows = [`${name}-1`, `${name}-2`].map((row) => ({ name: row, value: 'x' }));
          await transaction.insertInto('store_fact').values(rows).execute();
        });
        process.stdout.write(`${name}\n`);
      }),
    );
    await pause(0);
  }
}

await main();
