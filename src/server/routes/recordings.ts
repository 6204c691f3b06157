import { Readable } from 'node:stream';

import { listRecordings as readRecordings } from '../../calls/list-recordings.ts';
import type { ListRecordingsDeps, RecordingView } from '../../calls/list-recordings.ts';
import { findRecordingById } from '../../calls/recording-repository.ts';
import { storeRecording } from '../../calls/store-recording.ts';
import type { StoreRecordingDeps } from '../../calls/store-recording.ts';
import { putRecording } from '../../contract/call-events.ts';
import {
  getRecording,
  getRecordingContent,
  listRecordings,
  openRecordingLink,
} from '../../contract/recordings.ts';
import { AppError } from '../../errors/app-error.ts';
import { namedMissing } from '../../errors/named-missing.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import { presentRecording } from '../present-recording.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import { serveRecording } from '../serve-recording.ts';

export interface RecordingRouteDeps extends StoreRecordingDeps, ListRecordingsDeps {
  readonly maxRecordingBytes: number;
}

/** The doors for the recordings themselves: in, and out again. */
export function recordingRoutes(deps: RecordingRouteDeps): readonly Route[] {
  const find = async (
    scope: OrganizationScope,
    params: { readonly call_id: string; readonly recording_id: string },
  ): Promise<RecordingView> => {
    const all = await readAll(deps, scope, params.call_id);
    const found = all.find(({ row }) => row.id === params.recording_id);
    if (found === undefined) {
      throw new AppError('not_found', `There is no recording '${params.recording_id}'.`);
    }
    return found;
  };
  return [
    putRoute(deps),
    route(listRecordings, async ({ params }, { scope }) => {
      const all = await readAll(deps, scope(), params.call_id);
      return { body: { items: all.map(presentRecording) } };
    }),
    route(getRecording, async ({ params }, { scope }) => ({
      body: presentRecording(await find(scope(), params)),
    })),
    route(getRecordingContent, async ({ params }, context) => {
      const { row } = await find(context.scope(), params);
      return await serveRecording(deps.spool, row, { ...context, embeddable: false });
    }),
    linkRoute(deps),
  ];
}

function putRoute(deps: RecordingRouteDeps): Route {
  return route(putRecording, async ({ params, query, body }, { scope, principal, header }) => {
    if (!(body instanceof Readable)) throw new Error('A body of the kind stream is a stream.');
    // Said beforehand, a file that is too large need not be sent to be refused.
    if (Number(header('content-length') ?? 0) > deps.maxRecordingBytes) {
      throw new AppError(
        'payload_too_large',
        `A recording is at most ${deps.maxRecordingBytes / 1024 / 1024} MiB.`,
      );
    }
    const stored = await storeRecording(deps, scope(), {
      callId: params.call_id,
      phoneSystemId: principal?.phoneSystemId,
      recordingId: query.recording_id,
      stream: body,
      filename: query.filename,
      mediaType: header('content-type')?.split(';')[0]?.trim().toLowerCase(),
    });
    const { callId, recordingId, size, sha256 } = stored;
    return { body: { call_id: callId, recording_id: recordingId, size, sha256 } };
  });
}

const NEW_LINK =
  'Patchcord gives a new one with the recordings of the call: `GET /v1/calls/{call_id}/recordings`.';
/** The same for a recording that is not there: a forged link learns nothing. */
const NO_SUCH_LINK = `This link opens no recording: it was cut off or changed on its way, or is no link of this server. Take the whole link again from where it stands. ${NEW_LINK}`;

/** No key: the signature is the permission, and it is judged before anything is looked up. */
function linkRoute(deps: RecordingRouteDeps): Route {
  return route(openRecordingLink, async ({ params, query }, context) => {
    const id = params.recording_id;
    const verdict = deps.recordingLinks?.judge({ id, ...query }, deps.database.now());
    if (verdict === undefined || verdict === 'forged') {
      throw namedMissing({ in: 'query', path: '/signature' }, NO_SUCH_LINK);
    }
    if (verdict === 'expired') {
      const ended = new Date(Number(query.expires) * 1_000).toISOString();
      throw new AppError('gone', `This link to a recording ended at ${ended}. ${NEW_LINK}`);
    }
    const row = await findRecordingById(deps.database.read, id);
    if (row === undefined) throw new AppError('gone', 'The recording was removed.');
    if (row.held) {
      throw new AppError('organization_suspended', 'The organization is suspended.');
    }
    return await serveRecording(deps.spool, row, { ...context, embeddable: true });
  });
}

async function readAll(
  deps: RecordingRouteDeps,
  scope: OrganizationScope,
  callId: string,
): Promise<readonly RecordingView[]> {
  const all = await readRecordings(deps, scope, callId);
  if (all === undefined) throw new AppError('not_found', `There is no call '${callId}'.`);
  return all;
}
