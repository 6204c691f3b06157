import { Readable } from 'node:stream';

import { storeRecording } from '../../calls/store-recording.ts';
import type { StoreRecordingDeps } from '../../calls/store-recording.ts';
import { putRecording } from '../../contract/call-events.ts';
import { AppError } from '../../errors/app-error.ts';
import { MAX_RECORDING_BYTES } from '../../recordings/spool.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

/** The door for the recordings themselves. */
export function recordingRoutes(deps: StoreRecordingDeps): readonly Route[] {
  return [
    route(putRecording, async ({ params, query, body }, { scope, principal, header }) => {
      if (!(body instanceof Readable)) throw new Error('A body of the kind stream is a stream.');
      // Said beforehand, a file that is too large need not be sent to be refused.
      if (Number(header('content-length') ?? 0) > MAX_RECORDING_BYTES) {
        throw new AppError(
          'payload_too_large',
          `A recording is at most ${MAX_RECORDING_BYTES / 1024 / 1024} MiB.`,
        );
      }
      const stored = await storeRecording(deps, scope(), {
        callId: params.call_id,
        phoneSystemId: principal?.phoneSystemId,
        stream: body,
        filename: query.filename,
        mediaType: header('content-type')?.split(';')[0]?.trim().toLowerCase(),
      });
      const { callId, size, sha256 } = stored;
      return { body: { call_id: callId, size, sha256 } };
    }),
  ];
}
