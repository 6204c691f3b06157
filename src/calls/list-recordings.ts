import { RECORDING_FAILURES, toFailure } from '../recordings/failure.ts';
import type { RecordingFailure } from '../recordings/failure.ts';
import type { RecordingLinks } from '../recordings/recording-link.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { readFacts } from './call-repository.ts';
import { selectCall } from './ledger-repository.ts';
import type { RecordingAddresses } from './recording-addresses.ts';
import { selectRecordings } from './recording-repository.ts';
import type { RecordingRow } from './recording-repository.ts';

export type RecordingState = 'announced' | 'waiting' | 'stored' | 'unavailable' | 'deleted';

/** A recording as people see it. Times are epoch milliseconds. */
export interface RecordingView {
  readonly row: RecordingRow;
  readonly state: RecordingState;
  readonly reason: RecordingFailure | null;
  readonly message: string | null;
  readonly remedy: string | null;
  readonly contentUrl: string | null;
  readonly callUrl: string | null;
}

export interface ListRecordingsDeps {
  readonly database: Database;
  readonly addresses: Pick<RecordingAddresses, 'read'>;
  /** Absent without PUBLIC_URL. */
  readonly recordingLinks?: RecordingLinks | undefined;
}

/** The recordings of a call, the oldest first; `undefined` when the organization has no such call. */
export async function listRecordings(
  deps: ListRecordingsDeps,
  scope: OrganizationScope,
  callId: string,
): Promise<readonly RecordingView[] | undefined> {
  const call = await selectCall(deps.database.read, scope, callId);
  if (call === undefined) return undefined;
  const { organizationId } = scope;
  const rows = await selectRecordings(deps.database.read, { organizationId, callId });
  const pages = new Map(readFacts(call)?.recordings.map(({ key, pageUrl }) => [key, pageUrl]));
  const book = await deps.addresses.read(deps.database.read, { organizationId, callId });
  return rows.map((row) => viewOf(deps, row, book.find(pages.get(row.key))));
}

function viewOf(
  { database, recordingLinks }: ListRecordingsDeps,
  row: RecordingRow,
  pageUrl: string | undefined,
): RecordingView {
  const state = stateOf(row);
  const reason = toFailure(row.failure) ?? null;
  const failure = reason === null ? undefined : RECORDING_FAILURES[reason];
  const urls = recordingLinks?.urlsOf({ id: row.id, callId: row.call_id }, database.now());
  return {
    row,
    state,
    reason,
    message: state === 'announced' ? NOT_WANTED : sentences(failure?.why, row.message),
    remedy: failure?.remedy ?? null,
    contentUrl: state === 'stored' ? (urls?.contentUrl ?? null) : null,
    callUrl: pageUrl ?? urls?.callUrl ?? null,
  };
}

const NOT_WANTED =
  'It is fetched as soon as the call is written to a CRM that takes recordings, and not before.';

function stateOf(row: RecordingRow): RecordingState {
  if (row.failure !== null) return 'unavailable';
  if (row.state !== 'announced') return row.state;
  return row.ready_at === null ? 'announced' : 'waiting';
}

function sentences(why: string | undefined, message: string | null): string | null {
  if (message === null || message === '' || message === why) return why ?? null;
  const said = /[.!?]$/.test(message) ? message : `${message}.`;
  return why === undefined ? said : `${why} ${said}`;
}
