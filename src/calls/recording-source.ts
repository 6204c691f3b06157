import { fetchRecording } from '../recordings/fetch-recording.ts';
import type { FetchDeps } from '../recordings/fetch-recording.ts';
import type { Spool } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';
import type { RecordingSource } from './prepare-step.ts';
import {
  findDelivered,
  findRecording,
  findUnnamed,
  hasEarlierTwin,
  markStored,
} from './recording-repository.ts';
import type { RecordingRow } from './recording-repository.ts';
import type { StepFile } from './step-runner.ts';

export interface RecordingDeps extends FetchDeps {
  readonly database: Database;
}

/** Opens recordings for upload: from the spool, and first from their address where only that is known. */
export function createRecordingSource(deps: RecordingDeps): RecordingSource {
  return {
    open: async (of) => {
      const row = await findRecording(deps.database.read, of);
      if (row === undefined) return { status: 'never', message: 'The recording is not known' };
      if (row.state === 'stored') return await openStored(deps, row);
      if (row.source_url === null) {
        return { status: 'never', message: 'The recording was removed from the spool' };
      }
      const fetched = await fetchRecording(deps, { url: row.source_url, ...of });
      if (fetched.status !== 'stored') return fetched;
      const { spooled } = fetched;
      const now = deps.database.now();
      const ours = await deps.database.write((transaction) =>
        markStored(transaction, { id: row.id, spooled, now }),
      );
      // Another connection of the call fetched it at the same time: one file is enough.
      if (!ours) await deps.spool.remove(spooled.file);
      const stored = await findRecording(deps.database.read, of);
      return stored?.state === 'stored'
        ? await openStored(deps, stored)
        : { status: 'later', message: 'The recording is being fetched' };
    },
  };
}

async function openStored(
  { database, spool }: RecordingDeps,
  row: RecordingRow,
): ReturnType<RecordingSource['open']> {
  return (await hasEarlierTwin(database.read, row))
    ? { status: 'repeated', message: 'The call has this very recording already' }
    : { status: 'ready', file: toFile(spool, row) };
}

function toFile(spool: Spool, row: RecordingRow): StepFile {
  const { file, size } = row;
  if (file === null || size === null) throw new Error('a stored recording has a file and a size');
  return {
    size,
    ...(row.media_type === null ? {} : { type: row.media_type }),
    ...(row.filename === null ? {} : { name: row.filename }),
    open: () => spool.read({ file, size }),
  };
}

/** A delivered recording stays this long, for a replay. */
const KEPT_MS = 24 * 60 * 60 * 1_000;
const SLICE = 100;
/** A file gets its row within this time of its last byte. */
const ARRIVAL_MS = 60 * 60 * 1_000;

/**
 * Removes recordings that all connections have had for a day, and files that no row names (left by
 * a crash between the file and its row). Returns how many files went.
 */
export async function sweepSpool(
  deps: Pick<RecordingDeps, 'database' | 'spool'>,
  keptMs: number = KEPT_MS,
): Promise<number> {
  const { database, spool } = deps;
  const before = database.now() - keptMs;
  const delivered = await findDelivered(database.read, { before, limit: SLICE });
  for (const row of delivered) {
    await database.write(async (transaction) => {
      await transaction
        .updateTable('recording')
        .set({ state: 'deleted', file: null })
        .where('id', '=', row.id)
        .execute();
    });
    if (row.file !== null) await spool.remove(row.file);
  }
  // A crash between a file and its row leaves such; younger ones may still get theirs.
  const writtenBefore = Math.min(before, database.now() - ARRIVAL_MS);
  const files = await spool.leftovers({ writtenBefore, limit: SLICE });
  const orphans = await findUnnamed(database.read, files);
  for (const file of orphans) await spool.remove(file);
  return delivered.length + orphans.length;
}
