import { AppError } from '../errors/app-error.ts';
import type { Egress, EgressResult } from '../http/egress.ts';
import { receiveFile } from './arriving-file.ts';
import type { ArrivingFile } from './arriving-file.ts';
import { MAX_RECORDING_BYTES } from './spool.ts';
import type { Spool, SpooledFile } from './spool.ts';

export interface FetchDeps {
  readonly egress: Egress;
  readonly spool: Spool;
}

export type FetchedRecording =
  | { readonly status: 'stored'; readonly spooled: SpooledFile }
  /** `later`: the same address may answer better in a while. */
  | NotFetched;

interface NotFetched {
  readonly status: 'later' | 'never';
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
  of: {
    readonly url: string;
    readonly organizationId: string;
    readonly connectionId: string;
    readonly signal: AbortSignal;
  },
): Promise<FetchedRecording> {
  const arriving = receiveFile(deps.spool);
  const { url, organizationId, connectionId, signal } = of;
  const answer = await deps.egress.send({
    method: 'GET',
    url,
    headers: [['accept', '*/*']],
    organizationId,
    connectionId,
    signal,
    followsElsewhere: true,
    download: { maxBytes: MAX_RECORDING_BYTES, write: (chunk) => arriving.write(chunk) },
  });
  const failed = whyNot(answer);
  if (failed === undefined) return await keep(deps.spool, arriving);
  await arriving.abandon();
  return failed;
}

function whyNot(answer: EgressResult): NotFetched | undefined {
  if (answer.kind === 'response') {
    if (answer.status === 200) return undefined;
    const status = HOPELESS.has(answer.status) ? 'never' : 'later';
    return { status, message: `The recording's address answered ${answer.status}` };
  }
  if (answer.code === 'body_too_large') {
    return { status: 'never', message: `The recording is larger than ${LARGEST}` };
  }
  const status = answer.phase === 'blocked' ? 'never' : 'later';
  const setting = answer.setting === undefined ? '' : ` (${answer.setting})`;
  return { status, message: `The recording cannot be fetched: ${answer.message}${setting}` };
}

const LARGEST = `${MAX_RECORDING_BYTES / 1024 / 1024} MiB`;

async function keep(spool: Spool, arriving: ArrivingFile): Promise<FetchedRecording> {
  try {
    const spooled = await arriving.end();
    if (spooled === undefined) {
      return { status: 'later', message: "The recording's address answered with nothing" };
    }
    if (spooled.mediaType !== undefined) return { status: 'stored', spooled };
    await spool.remove(spooled.file);
    return { status: 'never', message: "What the recording's address answered is no recording" };
  } catch (err) {
    const tooLarge = err instanceof AppError && err.code === 'payload_too_large';
    return tooLarge
      ? { status: 'never', message: err.message }
      : { status: 'later', message: 'The recording could not be stored on this server' };
  }
}
