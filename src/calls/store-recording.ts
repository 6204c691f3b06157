import type { Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { cleanFilename } from '../recordings/filename.ts';
import { fileEndingOf } from '../recordings/media-type.ts';
import type { Spool, SpooledFile } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import type { ConnectionBook } from './call-connection.ts';
import type { CallEvent } from './call-event.ts';
import { findCallByAnyId } from './call-lookup-repository.ts';
import type { CallName } from './call-lookup-repository.ts';
import { lockCall } from './call-repository.ts';
import { recordEvent } from './intake.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { insertStored, markStored, selectRecordings, wakeSteps } from './recording-repository.ts';
import type { RecordingRow } from './recording-repository.ts';
import { storableJson } from './storable-json.ts';

export interface StoreRecordingDeps extends PlanLanesDeps {
  readonly database: Database;
  readonly connections: ConnectionBook;
  readonly spool: Spool;
  readonly wake: () => void;
}

export interface HandedOver {
  /** Ours, or the phone system's: its newest call of that id. */
  readonly callId: string;
  /** Where the key belongs to one phone system: only its calls. */
  readonly phoneSystemId?: string | undefined;
  /** Which of the call's announced recordings it is. */
  readonly recordingId?: string | undefined;
  readonly stream: AsyncIterable<Uint8Array>;
  readonly filename?: string | undefined;
  /** The Content-Type that came along. */
  readonly mediaType?: string | undefined;
}

export interface StoredRecording {
  /** Our id of the call. */
  readonly callId: string;
  readonly recordingId: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The call had these very bytes before: nothing changed. */
  readonly repeated: boolean;
}

const FALLBACK_TYPE = 'application/octet-stream';

/**
 * Takes a recording in: streams it into the spool, and then plans its upload on each connection in
 * one transaction. Bytes for a recording that could not be had take its place, and its parked steps
 * go on. The same bytes again change nothing. Throws `not_found`, `payload_too_large`,
 * `invalid_request` (empty, or a text).
 */
export async function storeRecording(
  deps: StoreRecordingDeps,
  scope: OrganizationScope,
  handed: HandedOver,
): Promise<StoredRecording> {
  const call = await findCallByAnyId(deps.database.read, scope, handed);
  if (call === undefined) throw notFound('call', handed.callId);
  const connections = await deps.connections.ofOrganization(scope.organizationId);
  const spooled = await deps.spool.store(handed.stream);
  try {
    refuseText(spooled);
    const stored = await deps.database.write((transaction) =>
      keep(transaction, deps, { scope, call, handed, spooled, connections }),
    );
    if (stored.fresh) deps.wake();
    else await deps.spool.remove(spooled.file);
    const { size, sha256 } = spooled;
    return {
      callId: call.id,
      recordingId: stored.recordingId,
      size,
      sha256,
      repeated: !stored.fresh,
    };
  } catch (err) {
    // After any other error its row may stand all the same; if not, the file is swept.
    if (err instanceof AppError && REFUSALS.has(err.code)) await deps.spool.remove(spooled.file);
    throw err;
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['invalid_request', 'not_found', 'conflict']);

interface Keeping {
  readonly scope: OrganizationScope;
  readonly call: CallName;
  readonly handed: HandedOver;
  readonly spooled: SpooledFile;
  readonly connections: Awaited<ReturnType<ConnectionBook['ofOrganization']>>;
}

async function keep(
  transaction: Transaction<Tables>,
  deps: StoreRecordingDeps,
  work: Keeping,
): Promise<{ readonly recordingId: string; readonly fresh: boolean }> {
  const { call, handed, spooled, scope } = work;
  const now = deps.database.now();
  const { organizationId } = scope;
  // Another node may take the same bytes in at this moment: one after the other.
  if (!(await lockCall(transaction, scope, call.id))) throw notFound('call', call.id);
  const known = await selectRecordings(transaction, { organizationId, callId: call.id });
  const same = known.find(({ sha256, failure }) => sha256 === spooled.sha256 && failure === null);
  if (same !== undefined) return { recordingId: same.id, fresh: false };
  const declared = handed.mediaType === FALLBACK_TYPE ? undefined : handed.mediaType;
  const mediaType = spooled.mediaType ?? declared;
  const given = cleanFilename(handed.filename);
  const expected = whichIsIt(known, { handed, spooled, filename: given });
  if (expected !== undefined) {
    const { id, key } = expected;
    const filename =
      given ?? cleanFilename(expected.filename ?? undefined) ?? nameOf(call, mediaType);
    const kept = await markStored(transaction, { id, spooled, mediaType, filename, now });
    if (kept) await wakeSteps(transaction, { callId: call.id, key, parked: true, now });
    return { recordingId: id, fresh: kept };
  }
  const filename = given ?? nameOf(call, mediaType);
  const recordingId = deps.ids.next();
  const key = `sha256-${spooled.sha256}`;
  const row = { id: recordingId, organizationId, callId: call.id, key };
  await insertStored(transaction, { ...row, spooled, mediaType, filename, now });
  await recordEvent(transaction, deps, {
    identity: {
      organizationId,
      phoneSystemId: call.phone_system_id,
      externalId: call.external_id,
      id: call.id,
    },
    event: arrival(call, { key, filename }),
    body: storableJson({
      note: 'the recording was handed over',
      filename,
      sha256: spooled.sha256,
    }),
    connections: work.connections,
    now,
  });
  return { recordingId, fresh: true };
}

/**
 * The recording that these bytes stand for: the one that was named; else the one that could not be
 * had, if there is no doubt which; bytes that nobody waits for are a recording of their own.
 */
function whichIsIt(
  known: readonly RecordingRow[],
  of: { handed: HandedOver; spooled: SpooledFile; filename: string | undefined },
): RecordingRow | undefined {
  const { recordingId } = of.handed;
  if (recordingId !== undefined) {
    const named = known.find(({ id }) => id === recordingId);
    if (named === undefined) throw notFound('recording', recordingId);
    if (named.failure !== null || named.state !== 'stored') return named;
    throw new AppError('conflict', 'This recording has come already, with other bytes.');
  }
  const failed = known.filter(({ failure }) => failure !== null);
  const certain =
    failed.find(({ sha256 }) => sha256 === of.spooled.sha256) ??
    failed.find(({ filename }) => filename !== null && filename === of.filename);
  return certain ?? (failed.length === 1 ? failed[0] : undefined);
}

function arrival(
  call: CallName,
  recording: { readonly key: string; readonly filename: string },
): CallEvent {
  return {
    eventId: recording.key,
    callId: call.external_id,
    kind: 'recorded',
    extensions: [],
    unknownKeys: [],
    recording: { recordingId: recording.key, filename: recording.filename },
  };
}

function refuseText(spooled: SpooledFile): void {
  if (!spooled.text) return;
  throw new AppError(
    'invalid_request',
    'The body is a text and no recording: send the bytes of the sound file.',
  );
}

function nameOf(call: CallName, mediaType: string | undefined): string {
  const id = call.external_id.replaceAll(/[^\w.-]/g, '_').slice(0, 100);
  return `${id}.${fileEndingOf(mediaType)}`;
}

function notFound(what: string, id: string): AppError {
  return new AppError('not_found', `There is no ${what} '${id}'.`);
}
