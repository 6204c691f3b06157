import { AppError } from '../errors/app-error.ts';
import type { Egress, EgressResult } from '../http/egress.ts';
import { receiveFile } from './arriving-file.ts';
import type { ArrivingFile } from './arriving-file.ts';
import type { RecordingFailure } from './failure.ts';
import { MAX_RECORDING_BYTES } from './spool.ts';
import type { Spool, SpooledFile } from './spool.ts';

export interface FetchDeps {
  readonly egress: Egress;
  readonly spool: Spool;
  /** Larger ones are not taken. */
  readonly maxBytes?: number | undefined;
}

export type FetchedRecording =
  | { readonly status: 'stored'; readonly spooled: SpooledFile }
  /** `later`: the same address may answer better in a while. */
  | NotFetched;

interface NotFetched {
  readonly status: 'later' | 'never';
  readonly failure: RecordingFailure;
  readonly message: string;
}

/** Answers after which asking again is of no use; 404 is none, since recordings appear late. */
const HOPELESS: ReadonlySet<number> = new Set([400, 401, 403, 410, 451]);

/**
 * Fetches a recording by its address through the egress door, streamed into the spool. No
 * credentials go along: the address itself is the permission, so another public host may be named
 * by a redirect. Never rejects.
 */
export async function fetchRecording(
  deps: FetchDeps,
  of: { readonly url: string; readonly organizationId: string; readonly signal: AbortSignal },
): Promise<FetchedRecording> {
  const maxBytes = deps.maxBytes ?? MAX_RECORDING_BYTES;
  const arriving = receiveFile(deps.spool);
  const answer = await deps.egress.send({
    method: 'GET',
    url: of.url,
    headers: [['accept', '*/*']],
    organizationId: of.organizationId,
    // Sockets to phone systems are none of a CRM's.
    connectionId: 'recordings',
    signal: of.signal,
    followsElsewhere: true,
    download: { maxBytes, write: (chunk) => arriving.write(chunk) },
  });
  const failed = whyNot(answer, maxBytes);
  if (failed === undefined) return await keep(deps.spool, arriving);
  await arriving.abandon();
  return failed;
}

function whyNot(answer: EgressResult, maxBytes: number): NotFetched | undefined {
  if (answer.kind === 'response') return whyNotByStatus(answer.status);
  if (answer.code === 'body_too_large') {
    const message = `The recording is larger than ${Math.floor(maxBytes / 1024 / 1024)} MiB`;
    return { status: 'never', failure: 'recording_too_large', message };
  }
  // What is blocked says itself which setting would allow it.
  const message = `The recording cannot be fetched: ${answer.message}`;
  if (answer.phase === 'blocked') return { status: 'never', failure: 'recording_blocked', message };
  const failure = answer.code === 'not_stored' ? 'recording_not_stored' : 'recording_unreachable';
  return { status: 'later', failure, message };
}

function whyNotByStatus(status: number): NotFetched | undefined {
  if (status === 200) return undefined;
  const message = `The recording's address answered ${status}`;
  if (HOPELESS.has(status)) return { status: 'never', failure: 'recording_expired', message };
  return {
    status: 'later',
    failure: status === 404 ? 'recording_missing' : 'recording_unreachable',
    message,
  };
}

async function keep(spool: Spool, arriving: ArrivingFile): Promise<FetchedRecording> {
  try {
    const spooled = await arriving.end();
    if (spooled === undefined) {
      const message = "The recording's address answered with nothing";
      return { status: 'later', failure: 'recording_empty', message };
    }
    if (spooled.mediaType !== undefined) return { status: 'stored', spooled };
    await spool.remove(spooled.file);
    const what = spooled.text ? 'with a text' : 'with something that is no known kind of sound';
    const message = `The recording's address answered ${what}`;
    return { status: 'never', failure: 'recording_not_audio', message };
  } catch (err) {
    const tooLarge = err instanceof AppError && err.code === 'payload_too_large';
    return tooLarge
      ? { status: 'never', failure: 'recording_too_large', message: err.message }
      : {
          status: 'later',
          failure: 'recording_not_stored',
          message: 'The recording could not be stored',
        };
  }
}
