import { RECORDING_FAILURES, toFailure } from '../recordings/failure.ts';
import type { RecordingLinks } from '../recordings/recording-link.ts';
import { isReadable } from '../recordings/spool.ts';
import type { Spool } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';
import type { RecordingAddresses } from './recording-addresses.ts';
import { findRecording, hasEarlierTwin, markFailed, markLater } from './recording-repository.ts';
import type { RecordingRow } from './recording-repository.ts';
import type { OpenedRecording, RecordingSource } from './step-recording.ts';

export interface RecordingSourceDeps {
  readonly database: Database;
  readonly spool: Spool;
  readonly addresses: Pick<RecordingAddresses, 'read'>;
  /** Absent without PUBLIC_URL. */
  readonly links?: RecordingLinks | undefined;
}

/** A step whose recording comes is woken by its arrival; this only covers a lost word. */
const LOOK_AGAIN_MS = 15 * 60 * 1_000;

/** Opens recordings for the steps that tell a CRM of them. */
export function createRecordingSource(deps: RecordingSourceDeps): RecordingSource {
  const { database, links } = deps;
  return {
    open: async (of) => {
      const row = await findRecording(database.read, of);
      if (row === undefined) return gone('The recording is not known');
      const failure = toFailure(row.failure);
      if (failure !== undefined) {
        return { status: 'never', reason: failure, message: row.message ?? '' };
      }
      switch (row.state) {
        case 'stored':
          return await openStored(deps, row);
        case 'announced':
          return await waitFor(database, row);
        case 'deleted':
          return gone('The recording was delivered once, and removed from this server since');
      }
    },
    addressesOf: (call) => deps.addresses.read(database.read, call),
    urlsOf: (recording) => links?.urlsOf(recording, database.now()),
  };
}

function gone(message: string): OpenedRecording {
  return { status: 'never', reason: 'recording_unavailable', message };
}

async function openStored(
  { database, spool }: RecordingSourceDeps,
  row: RecordingRow,
): Promise<OpenedRecording> {
  if (await hasEarlierTwin(database.read, row)) {
    return { status: 'repeated', message: 'The call has this very recording already' };
  }
  const { id, file, size } = row;
  if (file === null || size === null) throw new Error('a stored recording has a file and a size');
  // Half an upload would leave a broken file in the CRM: better to see it before the first byte.
  if (!(await isReadable(spool, { file, size }))) {
    const failure = 'recording_unreadable';
    const message = RECORDING_FAILURES[failure].why;
    await database.write((transaction) => markFailed(transaction, { id, file, failure, message }));
    return { status: 'never', reason: failure, message };
  }
  return {
    status: 'ready',
    file: {
      size,
      ...(row.media_type === null ? {} : { type: row.media_type }),
      ...(row.filename === null ? {} : { name: row.filename }),
      open: () => spool.read({ file, size }),
    },
  };
}

async function waitFor(database: Database, row: RecordingRow): Promise<OpenedRecording> {
  const now = database.now();
  if (row.ready_at === null) {
    await database.write((transaction) => markLater(transaction, { id: row.id, readyAt: now }));
  }
  const message = row.message ?? 'The recording is being fetched';
  return { status: 'later', message, readyAt: now + LOOK_AGAIN_MS };
}
