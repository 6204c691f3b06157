import { fetchRecording } from '../recordings/fetch-recording.ts';
import type { FetchDeps, FetchedRecording } from '../recordings/fetch-recording.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import { claimDue, isAnyDue } from './due-recordings-repository.ts';
import type { RecordingAddresses } from './recording-addresses.ts';
import { markFailed, markLater, markStored, wakeSteps } from './recording-repository.ts';
import type { RecordingRow } from './recording-repository.ts';

export interface FetchDueDeps extends FetchDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly addresses: Pick<RecordingAddresses, 'read'>;
  /** A recording that does not appear for this long, in milliseconds, is given up. */
  readonly patienceMs: number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  /** Steps became due. */
  readonly wake: () => void;
}

/** A claim holds this long, and is renewed while the bytes come. */
const CLAIM_MS = 60_000;
const RENEW_MS = 20_000;
const SHORTEST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** The last try before a link ends comes this much earlier. */
const BEFORE_EXPIRY_MS = 5_000;

/** A phone system that answers slowly holds up its own organization, and no other. */
const FETCHES_OF_ORGANIZATION = 2;

/**
 * Claims recordings whose fetch is due; each entry fetches one and never rejects. `underWay` counts
 * the claimed ones by organization until they end.
 */
export async function claimRecordings(
  deps: FetchDueDeps,
  limit: number,
  underWay = new Map<string, number>(),
): Promise<readonly ((signal: AbortSignal) => Promise<void>)[]> {
  const { database } = deps;
  // Asked at each event and every other second: a transaction for nothing would cost a sync each time.
  if (!(await isAnyDue(database.read, database.now()))) return [];
  const rows = await database.write((transaction) => {
    const now = database.now();
    const { skipLocked } = database;
    const perOrganization = FETCHES_OF_ORGANIZATION;
    const until = now + CLAIM_MS;
    return claimDue(transaction, { now, until, limit, perOrganization, underWay, skipLocked });
  });
  const count = (id: string, more: 1 | -1): void => {
    const left = (underWay.get(id) ?? 0) + more;
    if (left > 0) underWay.set(id, left);
    else underWay.delete(id);
  };
  for (const row of rows) count(row.organization_id, 1);
  return rows.map((row) => async (signal) => {
    try {
      await fetchOne(deps, row, signal);
    } catch (err) {
      deps.log.warn({ err, call_id: row.call_id }, 'a recording was not fetched; tried again');
    } finally {
      count(row.organization_id, -1);
    }
  });
}

async function fetchOne(deps: FetchDueDeps, row: RecordingRow, signal: AbortSignal): Promise<void> {
  const { database } = deps;
  const { id, organization_id: organizationId } = row;
  const url = await addressOf(deps, row);
  if (url === undefined) {
    await settle(deps, row, NO_ADDRESS);
    return;
  }
  const renewing = new AbortController();
  const renewed = keepClaim(deps, id, renewing.signal);
  let fetched: FetchedRecording;
  try {
    fetched = await fetchRecording(deps, { url, organizationId, signal });
  } finally {
    // A claim that is renewed for ever would keep the recording from every other try.
    renewing.abort();
    await renewed;
  }
  if (signal.aborted && fetched.status !== 'stored') {
    // This process ends: another one may begin at once.
    const readyAt = database.now();
    await database.write((transaction) => markLater(transaction, { id, readyAt }));
    return;
  }
  await settle(deps, row, fetched);
}

async function addressOf(deps: FetchDueDeps, row: RecordingRow): Promise<string | undefined> {
  const of = { organizationId: row.organization_id, callId: row.call_id };
  const book = await deps.addresses.read(deps.database.read, of);
  return book.find(row.address ?? row.source_url ?? undefined);
}

/** The right key may come back, so that it is tried for as long as one that does not answer. */
const NO_ADDRESS: FetchedRecording = {
  status: 'later',
  failure: 'recording_unreachable',
  message:
    'The address of the recording cannot be opened: `patchcord doctor` says what is wrong with the keys',
};

async function keepClaim(deps: FetchDueDeps, id: string, signal: AbortSignal): Promise<void> {
  const { database, clock } = deps;
  for (;;) {
    try {
      await clock.sleep(RENEW_MS, signal);
    } catch {
      return;
    }
    const readyAt = database.now() + CLAIM_MS;
    await database
      .write((transaction) => markLater(transaction, { id, readyAt }))
      .catch((err: unknown) => {
        deps.log.warn({ err }, 'the claim of a recording could not be renewed');
      });
  }
}

async function settle(
  deps: FetchDueDeps,
  row: RecordingRow,
  fetched: FetchedRecording,
): Promise<void> {
  const { database } = deps;
  const { id } = row;
  const name = { callId: row.call_id, key: row.key };
  const now = database.now();
  if (fetched.status === 'stored') {
    const { spooled } = fetched;
    const ours = await database.write(async (transaction) => {
      const kept = await markStored(transaction, { id, spooled, now });
      if (kept) await wakeSteps(transaction, { ...name, now });
      return kept;
    });
    // It was handed over meanwhile, or its call is gone.
    if (!ours) await deps.spool.remove(spooled.file);
    deps.wake();
    return;
  }
  const failure = whyGivenUp(deps, row, { fetched, now });
  if (failure === undefined) {
    const readyAt = nextTry(deps, row, now);
    const { message } = fetched;
    await database.write((transaction) => markLater(transaction, { id, message, readyAt }));
    return;
  }
  await database.write(async (transaction) => {
    await markFailed(transaction, { id, file: row.file, failure, message: fetched.message });
    await wakeSteps(transaction, { ...name, now });
  });
  deps.wake();
}

function whyGivenUp(
  deps: FetchDueDeps,
  row: RecordingRow,
  { fetched, now }: { fetched: Exclude<FetchedRecording, { status: 'stored' }>; now: number },
) {
  if (fetched.status === 'never') return fetched.failure;
  // Its own clock may be wrong, so a link that has ended is tried once all the same.
  if (row.expires_at !== null && row.expires_at <= now) return 'recording_expired';
  return now - (row.first_at ?? now) >= deps.patienceMs ? fetched.failure : undefined;
}

/** The longer it was not there, the less often; and once more just before its link ends. */
function nextTry({ random }: FetchDueDeps, row: RecordingRow, now: number): number {
  const waited = (now - (row.first_at ?? now)) / 2;
  const span = Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, waited));
  const next = now + Math.ceil(span * (0.5 + random() / 2));
  if (row.expires_at === null || next < row.expires_at - BEFORE_EXPIRY_MS) return next;
  return Math.max(now + SHORTEST_WAIT_MS / 5, row.expires_at - BEFORE_EXPIRY_MS);
}
