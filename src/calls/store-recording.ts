import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { fileEndingOf } from '../recordings/media-type.ts';
import type { Spool } from '../recordings/spool.ts';
import type { Database } from '../store/database.ts';
import type { ConnectionBook } from './call-connection.ts';
import type { CallEvent } from './call-event.ts';
import { recordEvent } from './intake.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { hasBytes, insertStored } from './recording-repository.ts';

export interface StoreRecordingDeps extends PlanLanesDeps {
  readonly database: Database;
  readonly connections: ConnectionBook;
  readonly spool: Spool;
  readonly wake: () => void;
}

export interface StoredRecording {
  /** Our id of the call. */
  readonly callId: string;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The call had these very bytes before: nothing changed. */
  readonly repeated: boolean;
}

const FALLBACK_TYPE = 'application/octet-stream';

/**
 * Takes a recording in: streams it into the spool, and then plans its upload on each connection in
 * one transaction. `callId` is ours or the phone system's (its newest call of that id). The same
 * bytes again change nothing. Throws `not_found`, `payload_too_large`, `invalid_request` (empty).
 */
export async function storeRecording(
  deps: StoreRecordingDeps,
  scope: OrganizationScope,
  recording: {
    readonly callId: string;
    /** Where the key belongs to one phone system: only its calls. */
    readonly phoneSystemId?: string | undefined;
    readonly stream: AsyncIterable<Uint8Array>;
    readonly filename?: string | undefined;
    /** The Content-Type that came along. */
    readonly mediaType?: string | undefined;
  },
): Promise<StoredRecording> {
  const call = await findCallOf(deps.database, scope, recording);
  if (call === undefined) {
    throw new AppError('not_found', `There is no call '${recording.callId}'.`);
  }
  const connections = await deps.connections.ofOrganization(scope.organizationId);
  const spooled = await deps.spool.store(recording.stream);
  const declared = recording.mediaType === FALLBACK_TYPE ? undefined : recording.mediaType;
  const mediaType = spooled.mediaType ?? declared;
  const filename =
    cleanName(recording.filename) ??
    `${call.external_id.replaceAll(/[^\w.-]/g, '_').slice(0, 100)}.${fileEndingOf(mediaType)}`;
  const key = `sha256-${spooled.sha256}`;
  const fresh = await deps.database.write(async (transaction) => {
    const now = deps.database.now();
    if (await hasBytes(transaction, { callId: call.id, sha256: spooled.sha256 })) return false;
    const inserted = await insertStored(transaction, {
      id: deps.ids.next(),
      organizationId: scope.organizationId,
      callId: call.id,
      key,
      spooled,
      mediaType,
      filename,
      now,
    });
    if (!inserted) return false;
    const event: CallEvent = {
      eventId: key,
      callId: call.external_id,
      kind: 'recorded',
      extensions: [],
      unknownKeys: [],
      recording: { recordingId: key, filename },
    };
    await recordEvent(transaction, deps, {
      identity: {
        organizationId: scope.organizationId,
        phoneSystemId: call.phone_system_id,
        externalId: call.external_id,
      },
      event,
      body: { note: 'the recording was handed over', filename, sha256: spooled.sha256 },
      connections,
      now,
    });
    return true;
  });
  if (fresh) deps.wake();
  else await deps.spool.remove(spooled.file);
  return { callId: call.id, size: spooled.size, sha256: spooled.sha256, repeated: !fresh };
}

async function findCallOf(
  database: Database,
  scope: OrganizationScope,
  of: { readonly callId: string; readonly phoneSystemId?: string | undefined },
): Promise<{ id: string; external_id: string; phone_system_id: string } | undefined> {
  const { phoneSystemId } = of;
  return await database.read
    .selectFrom('call')
    .select(['id', 'external_id', 'phone_system_id'])
    .where('organization_id', '=', scope.organizationId)
    .where((eb) => eb.or([eb('id', '=', of.callId), eb('external_id', '=', of.callId)]))
    .$if(phoneSystemId !== undefined, (query) =>
      query.where('phone_system_id', '=', phoneSystemId ?? ''),
    )
    // Our id is unique; a phone system may use the same text as an id of its own.
    .orderBy((eb) => eb.case().when('id', '=', of.callId).then(0).else(1).end())
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** A name as a CRM may show it: no path, no control characters, none that turns its ending around. */
function cleanName(name: string | undefined): string | undefined {
  const last = name
    ?.split(/[/\\]/)
    .at(-1)
    ?.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '')
    .trim()
    .slice(0, 255);
  return last === undefined || last === '' || last === '.' || last === '..' ? undefined : last;
}
