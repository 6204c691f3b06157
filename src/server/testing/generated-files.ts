import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDatabase } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { systemClock } from '../../time/clock.ts';
import { recordExamples } from './record-examples.ts';

/** The examples of the API's reference: what a server answered when it was asked. */
export async function generatedFiles(): Promise<readonly { path: string; text: string }[]> {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-story-'));
  const database = await openDatabase(
    { kind: 'sqlite', directory, exclusive: true },
    {
      clock: systemClock,
      onFatal: (err) => {
        throw err;
      },
    },
  );
  try {
    await migrate(database);
    const text = `${JSON.stringify(await recordExamples(database), null, 2)}\n`;
    return [{ path: 'src/contract/story/recorded.json', text }];
  } finally {
    await database.close();
    rmSync(directory, { recursive: true, force: true });
  }
}
