import { systemClock } from '../../../time/clock.ts';
import type { DatabaseSettings } from '../../../store/database.ts';
import { madeUpContact } from './made-up-contacts.ts';
import { batch, BOOK, lease, openIndexOn } from './open-index.ts';

/** Contacts of a batch; the place of batch n is `n + 1`. */
const SIZE = 300;

/**
 * A program for the kill test: writes batch after batch into the database that its argument describes,
 * from the place on that it finds there; prints each that is written.
 */
async function main(): Promise<void> {
  // The test wrote this JSON itself.
  const settings = JSON.parse(process.argv[2] ?? '') as DatabaseSettings;
  const { index } = await openIndexOn(settings);
  const held = await lease(index);
  const state = await index.sync.beginPass(BOOK, held, {
    ...{ method: 'Contacts', kind: 'full', now: systemClock.now() },
  });
  for (let place = Number(state.pass?.place ?? 0); ; place += 1) {
    const records = Array.from({ length: SIZE }, (_, at) => madeUpContact(place * SIZE + at));
    await index.sync.writeBatch(BOOK, held, batch({ records, place: String(place + 1) }));
    process.stdout.write(`${place + 1}\n`);
  }
}

await main();
