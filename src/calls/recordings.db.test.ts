import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import type { Egress, EgressResult } from '../http/egress.ts';
import { createDirectorySpool } from '../recordings/directory-spool.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import type { StepFile, StepRunner } from './step-runner.ts';
import { createRecordingSource, sweepSpool } from './recording-source.ts';
import { storeRecording } from './store-recording.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const WAV = Buffer.concat([Buffer.from('RIFF1234WAVEfmt '), randomBytes(200_000)]);
const DAY = 86_400_000;
const URL_OF_RECORDING = 'https://pbx.test/1.wav';

function answer(status: number, body: Uint8Array): EgressResult {
  return { kind: 'response', status, headers: {}, body, url: URL_OF_RECORDING, durationMs: 1 };
}

async function* stream(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes.subarray(0, 70_000));
  yield bytes.subarray(70_000);
}

describeDatabases('recordings', ({ open }) => {
  const directories: string[] = [];

  afterEach(async () => {
    for (const directory of directories.splice(0)) {
      await rm(directory, { recursive: true, force: true });
    }
  });

  /** A pipeline with a spool, a door that answers what it is told, and a CRM that keeps files. */
  async function begin(...answers: readonly EgressResult[]) {
    const directory = await mkdtemp(join(tmpdir(), 'patchcord-recordings-'));
    directories.push(directory);
    const spool = createDirectorySpool({ directory, key: new Uint8Array(32), randomBytes });
    const left = [...answers];
    const asked: string[] = [];
    const egress: Egress = {
      send: async (request) => {
        asked.push(request.url);
        const told = left.shift() ?? answer(404, new Uint8Array());
        if (told.kind === 'response' && told.status === 200) {
          await request.download?.write(told.body);
        }
        return told;
      },
      checkUrl: () => ({ ok: true }),
      close: () => Promise.resolve(),
    };
    const pipeline = await openPipeline(open);
    const uploaded: { file: StepFile; bytes: Buffer }[] = [];
    const runner: StepRunner = {
      prepare: async (call, ends) => {
        const prepared = await pipeline.runner.prepare(call, ends);
        const { file } = call;
        if (prepared.status !== 'ready' || file === undefined) return prepared;
        return {
          ...prepared,
          send: async (signal) => {
            const chunks: Uint8Array[] = [];
            for await (const chunk of file.open()) chunks.push(chunk);
            uploaded.push({ file, bytes: Buffer.concat(chunks) });
            return await prepared.send(signal);
          },
        };
      },
    };
    // The pipeline's own `drain` reads these.
    Object.assign(pipeline.deliver, {
      runner,
      recordings: createRecordingSource({ database: pipeline.database, spool, egress }),
    });
    await pipeline.accept(aCall().ringing, aCall().ended);
    await pipeline.drain();
    const put = (bytes: Uint8Array, filename?: string, callId = 'c-1') =>
      storeRecording({ ...pipeline, spool, wake: () => {} }, SCOPE, {
        callId,
        stream: stream(bytes),
        filename,
        mediaType: 'application/octet-stream',
      });
    return { ...pipeline, spool, directory, uploaded, asked, put };
  }

  it('that are handed over reach the CRM byte for byte', async () => {
    const { put, drain, uploaded } = await begin();

    const stored = await put(WAV, '../../call of today.wav');
    await drain();

    expect(stored.size).toBe(WAV.length);
    expect(uploaded).toHaveLength(1);
    expect(uploaded[0]?.bytes.equals(WAV)).toBe(true);
    expect(uploaded[0]?.file).toMatchObject({ name: 'call of today.wav', type: 'audio/wav' });
  });

  it('go to the call of our id, also if a phone system uses that id for another call', async () => {
    const { put, accept } = await begin();
    const { callId } = await put(WAV);
    await accept({ ...aCall().ringing, call_id: callId, event_id: 'e-other' });

    const again = await put(WAV, undefined, callId);

    expect(again.callId).toBe(callId);
  });

  it('have no name whose ending is turned around', async () => {
    const { put, drain, uploaded } = await begin();

    await put(WAV, 'a\u202egpj.exe');
    await drain();

    expect(uploaded[0]?.file.name).toBe('agpj.exe');
  });

  it('that are handed over twice are uploaded once', async () => {
    const { put, drain, uploaded, directory } = await begin();

    const first = await put(WAV);
    const again = await put(WAV);
    await drain();
    // The answer was lost, and the phone system repeats the request after the upload.
    const late = await put(WAV);
    await drain();

    expect([first, again, late].map(({ repeated }) => repeated)).toEqual([false, true, true]);
    expect(uploaded).toHaveLength(1);
    expect(uploaded[0]?.file.name).toBe('c-1.wav');
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('that are announced and handed over too are uploaded once', async () => {
    const { accept, put, drain, uploaded, steps } = await begin(answer(200, WAV));
    await accept({ call_id: 'c-1', kind: 'recorded', recording: { url: URL_OF_RECORDING } });

    await put(WAV);
    await drain();
    await put(WAV);
    await drain();

    expect(uploaded).toHaveLength(1);
    expect((await steps()).filter((step) => step.startsWith('UploadFile')).toSorted()).toEqual([
      'UploadFile done',
      'UploadFile skipped recording_known',
    ]);
  });

  it('of a call that is not known are refused', async () => {
    const { database, connections, ids, callKeySecret, spool } = await begin();

    const stored = storeRecording(
      { database, connections, ids, callKeySecret, spool, wake: () => {} },
      SCOPE,
      { callId: 'c-unknown', stream: stream(WAV) },
    );

    await expect(stored).rejects.toMatchObject({ code: 'not_found' });
  });

  it('that are announced by their address are fetched when they are there', async () => {
    const { accept, drain, clock, uploaded, asked } = await begin(
      answer(404, new Uint8Array()),
      answer(200, WAV),
    );
    await accept({ call_id: 'c-1', kind: 'recorded', recording: { url: URL_OF_RECORDING } });

    await drain();
    expect(uploaded).toHaveLength(0);
    clock.advance(60_000);
    await drain();

    expect(asked).toEqual([URL_OF_RECORDING, URL_OF_RECORDING]);
    expect(uploaded[0]?.bytes.equals(WAV)).toBe(true);
  });

  it.each([
    ['a login page', [answer(200, Buffer.from('<!doctype html>'))]],
    ['a refusal', [answer(403, new Uint8Array())]],
  ])(
    'whose address answers with %s are parked, and the rest of the call stands',
    async (_name, answers) => {
      const { accept, drain, steps } = await begin(...answers);
      await accept({ call_id: 'c-1', kind: 'recorded', recording: { url: URL_OF_RECORDING } });

      await drain();

      expect(await steps()).toEqual([
        'FindContact done',
        'CreateActivity done',
        'StopCallActivity done',
        'UploadFile parked recording_unavailable',
      ]);
    },
  );

  it('that do not appear within a day are parked', async () => {
    const { accept, drain, clock, steps } = await begin();
    await accept({ call_id: 'c-1', kind: 'recorded', recording: { url: URL_OF_RECORDING } });
    await drain();

    clock.advance(DAY + 1);
    await drain();

    expect(await steps()).toContain('UploadFile parked recording_unavailable');
  });

  it('leave the spool a day after their delivery, and files of nobody too', async () => {
    const { put, drain, clock, spool, database, directory } = await begin();
    await put(WAV);
    const { file } = await spool.store(stream(WAV));
    await drain();
    const early = await sweepSpool({ database, spool });
    clock.advance(2 * DAY);
    await utimes(join(directory, file), clock.now() / 1_000 - 7_200, clock.now() / 1_000 - 7_200);
    const late = await sweepSpool({ database, spool });

    expect(early).toBe(0);
    expect(late).toBe(2);
    expect(await readdir(directory)).toEqual([]);
  });
});
