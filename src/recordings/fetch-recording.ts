import type { Egress } from '../http/egress.ts';
import { mediaTypeOf } from './media-type.ts';
import type { Spool, SpooledFile } from './spool.ts';

export interface FetchDeps {
  readonly egress: Egress;
  readonly spool: Spool;
}

export type FetchedRecording =
  | { readonly status: 'stored'; readonly spooled: SpooledFile }
  /** `later`: the same address may answer better in a while. */
  | { readonly status: 'later' | 'never'; readonly message: string };

/** Answers after which asking again is of no use; 404 is none, since recordings appear late. */
const HOPELESS: ReadonlySet<number> = new Set([400, 401, 403, 410, 451]);

/**
 * Fetches a recording by its address through the egress door into the spool. No credentials go
 * along: the address itself is the permission. At most the door's body limit is read.
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
  const answer = await deps.egress.send({ method: 'GET', headers: [['accept', '*/*']], ...of });
  if (answer.kind === 'failure') {
    const status = answer.phase === 'blocked' ? 'never' : 'later';
    const setting = answer.setting === undefined ? '' : ` (${answer.setting})`;
    return { status, message: `The recording cannot be fetched: ${answer.message}${setting}` };
  }
  if (answer.status !== 200) {
    const status = HOPELESS.has(answer.status) ? 'never' : 'later';
    return { status, message: `The recording's address answered ${answer.status}` };
  }
  if (mediaTypeOf(answer.body.subarray(0, 64)) === undefined) {
    return { status: 'never', message: "What the recording's address answered is no recording" };
  }
  return { status: 'stored', spooled: await deps.spool.store(once(answer.body)) };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
