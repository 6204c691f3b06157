import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Egress, EgressResult } from '../../http/egress.ts';
import { createDirectorySpool } from '../../recordings/directory-spool.ts';
import { createRecordingLinks } from '../../recordings/recording-link.ts';
import { readAll } from '../../recordings/testing/spool-cases.ts';
import { DELIVERY_POLICY } from '../delivery-policy.ts';
import { claimRecordings } from '../fetch-due.ts';
import { replayCall } from '../ledger-actions.ts';
import { getCall } from '../ledger.ts';
import { listRecordings } from '../list-recordings.ts';
import { createRecordingSource } from '../recording-source.ts';
import type { StepCall, StepFile, StepRunner } from '../step-runner.ts';
import { storeRecording } from '../store-recording.ts';
import { aCall, openPipeline } from './pipeline.ts';
import { SEEDED } from './seed.ts';
import type { SeedOptions } from './seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
export const WAV = Buffer.concat([Buffer.from('RIFF1234WAVEfmt '), randomBytes(200_000)]);
export const OTHER = Buffer.concat([Buffer.from('RIFF1234WAVEfmt '), randomBytes(100)]);
export const MINUTE = 60_000;
export const DAY = 86_400_000;
export const URL_OF_RECORDING = 'https://pbx.test/1.wav';
export const RECORDED = {
  call_id: 'c-1',
  kind: 'recorded',
  recording: { url: URL_OF_RECORDING },
} as const;
const LINKS = createRecordingLinks({
  keys: () => [new Uint8Array(32).fill(5)],
  origin: 'https://patchcord.test',
  validMs: 7 * DAY,
});

/** What the address of a recording answers. */
export function answer(status: number, body: Uint8Array = Buffer.alloc(0)): EgressResult {
  return { kind: 'response', status, headers: {}, body, url: URL_OF_RECORDING, durationMs: 1 };
}

/** What happens instead of an answer. */
export function failure(phase: 'blocked' | 'before_write' | 'reading', code: string): EgressResult {
  return { kind: 'failure', phase, code, message: 'it failed', durationMs: 1 };
}

/** The bytes in two pieces; `between`: what happens while they come. */
export async function* stream(
  bytes: Uint8Array,
  between: () => Promise<void> = () => Promise.resolve(),
): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 70_000);
  await between();
  yield bytes.subarray(70_000);
}
/** Makes pipelines with recordings for the tests of one suite; `cleanUp` takes their files away. */
export function createRecordingKit(open: Parameters<typeof openPipeline>[0]) {
  const directories: string[] = [];
  /** A pipeline with a spool, a door that answers what it is told, and a CRM that keeps files. */
  async function begin(
    answers: readonly EgressResult[] = [],
    options: SeedOptions & { readonly ownLinks?: true; readonly begun?: false } = {},
  ) {
    const directory = await mkdtemp(join(tmpdir(), 'patchcord-recordings-'));
    directories.push(directory);
    const spool = createDirectorySpool({ directory, key: new Uint8Array(32), randomBytes });
    const left = [...answers];
    const asked: string[] = [];
    const egress: Egress = {
      send: async (request) => {
        asked.push(request.url);
        const told = left.shift() ?? answer(404);
        if (told.kind === 'response' && told.status === 200 && told.body.length > 0) {
          await request.download?.write(told.body);
        }
        return told;
      },
      checkUrl: () => ({ ok: true }),
      close: () => Promise.resolve(),
    };
    const pipeline = await openPipeline(open, options);
    const { database, clock, addresses } = pipeline;
    const uploaded: { file: StepFile; bytes: Buffer }[] = [];
    const sent: Pick<StepCall, 'method' | 'values' | 'hidden'>[] = [];
    const runner: StepRunner = {
      prepare: async (call, signal) => {
        const prepared = await pipeline.runner.prepare(call, signal);
        const { file } = call;
        if (prepared.status !== 'ready') return prepared;
        return {
          ...prepared,
          send: async (until) => {
            if (file !== undefined) uploaded.push({ file, bytes: await readAll(file.open()) });
            sent.push(call);
            return await prepared.send(until);
          },
        };
      },
    };
    const links = options.ownLinks === true ? LINKS : undefined;
    // The pipeline's own `drain` reads these.
    Object.assign(pipeline.deliver, {
      runner,
      recordings: createRecordingSource({ database, spool, addresses, links }),
    });
    const fetching = {
      database,
      clock,
      addresses,
      egress,
      spool,
      random: () => 0.5,
      log: pipeline.deliver.log,
      patienceMs: DELIVERY_POLICY.recordingPatienceMs,
      wake: () => {},
    };
    /** Delivers and fetches until neither finds anything due. */
    const work = async (): Promise<void> => {
      for (let idle = false; !idle;) {
        await pipeline.drain();
        const due = await claimRecordings(fetching, 8);
        for (const claimed of due) await claimed(new AbortController().signal);
        idle = due.length === 0;
      }
    };
    const put = (
      bytes: Uint8Array,
      of: {
        filename?: string;
        callId?: string;
        recordingId?: string;
        between?: () => Promise<void>;
      } = {},
    ) =>
      storeRecording({ ...pipeline, spool, wake: () => {} }, SCOPE, {
        callId: of.callId ?? 'c-1',
        stream: stream(bytes, of.between),
        filename: of.filename,
        recordingId: of.recordingId,
        mediaType: 'application/octet-stream',
      });
    if (options.begun !== false) {
      await pipeline.accept(aCall().ringing, aCall().ended);
      await work();
    }
    const become = (state: 'paused' | 'active') =>
      database.write(async (transaction) => {
        await transaction.updateTable('connection').set({ state }).execute();
      });
    const callId = async (): Promise<string> =>
      (await database.read.selectFrom('call').select('id').executeTakeFirstOrThrow()).id;
    const seen = async () =>
      (await listRecordings(
        { database, addresses, recordingLinks: links },
        SCOPE,
        await callId(),
      )) ?? [];
    const uploads = async (): Promise<readonly string[]> =>
      (await pipeline.steps()).filter((step) => step.startsWith('UploadFile')).toSorted();
    const step = async (reason: string) =>
      (await getCall(database, SCOPE, await callId())).steps.find((one) => one.reason === reason);
    const replay = async () =>
      await replayCall({ ...pipeline, wake: () => {} }, SCOPE, {
        callId: await callId(),
        actor: 'key:1',
      });
    return {
      ...pipeline,
      ...{ spool, directory, uploaded, sent, asked, put, work, fetching, callId, seen, uploads },
      ...{ step, replay, become },
    };
  }
  const cleanUp = async (): Promise<void> => {
    for (const directory of directories.splice(0)) {
      await rm(directory, { recursive: true, force: true });
    }
  };
  return { begin, cleanUp };
}
