import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import type { Egress, EgressResult } from '../http/egress.ts';
import { createDirectorySpool } from '../recordings/directory-spool.ts';
import { createRecordingLinks } from '../recordings/recording-link.ts';
import { readAll } from '../recordings/testing/spool-cases.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { DELIVERY_POLICY } from './delivery-policy.ts';
import { claimRecordings } from './fetch-due.ts';
import { getCall } from './ledger.ts';
import { replayCall } from './ledger-actions.ts';
import { listRecordings } from './list-recordings.ts';
import { createRecordingSource } from './recording-source.ts';
import type { StepFile, StepRunner } from './step-runner.ts';
import { storeRecording } from './store-recording.ts';
import { sweepSpool } from './sweep-spool.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import type { SeedOptions } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const WAV = Buffer.concat([Buffer.from('RIFF1234WAVEfmt '), randomBytes(200_000)]);
const OTHER = Buffer.concat([Buffer.from('RIFF1234WAVEfmt '), randomBytes(100)]);
const MINUTE = 60_000;
const DAY = 86_400_000;
const URL_OF_RECORDING = 'https://pbx.test/1.wav';
const RECORDED = {
  call_id: 'c-1',
  kind: 'recorded',
  recording: { url: URL_OF_RECORDING },
} as const;
const LINKS = createRecordingLinks({
  keys: () => [new Uint8Array(32).fill(5)],
  origin: 'https://patchcord.test',
  validMs: 7 * DAY,
});

function answer(status: number, body: Uint8Array = Buffer.alloc(0)): EgressResult {
  return { kind: 'response', status, headers: {}, body, url: URL_OF_RECORDING, durationMs: 1 };
}

function failure(phase: 'blocked' | 'before_write' | 'reading', code: string): EgressResult {
  return { kind: 'failure', phase, code, message: 'it failed', durationMs: 1 };
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
    const { database, clock } = pipeline;
    const uploaded: { file: StepFile; bytes: Buffer }[] = [];
    const sent: { method: string; values: Readonly<Record<string, unknown>> }[] = [];
    const runner: StepRunner = {
      prepare: async (call, signal) => {
        const prepared = await pipeline.runner.prepare(call, signal);
        const { file } = call;
        if (prepared.status !== 'ready') return prepared;
        return {
          ...prepared,
          send: async (until) => {
            if (file !== undefined) uploaded.push({ file, bytes: await readAll(file.open()) });
            sent.push({ method: call.method, values: call.values });
            return await prepared.send(until);
          },
        };
      },
    };
    const links = options.ownLinks === true ? LINKS : undefined;
    // The pipeline's own `drain` reads these.
    Object.assign(pipeline.deliver, {
      runner,
      recordings: createRecordingSource({ database, spool, links }),
    });
    const fetching = {
      database,
      clock,
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
      of: { filename?: string; callId?: string; recordingId?: string } = {},
    ) =>
      storeRecording({ ...pipeline, spool, wake: () => {} }, SCOPE, {
        callId: of.callId ?? 'c-1',
        stream: stream(bytes),
        filename: of.filename,
        recordingId: of.recordingId,
        mediaType: 'application/octet-stream',
      });
    if (options.begun !== false) {
      await pipeline.accept(aCall().ringing, aCall().ended);
      await work();
    }
    const callId = async (): Promise<string> =>
      (await database.read.selectFrom('call').select('id').executeTakeFirstOrThrow()).id;
    const seen = async () =>
      (await listRecordings({ database, recordingLinks: links }, SCOPE, await callId())) ?? [];
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
      ...{ step, replay },
    };
  }

  it('that are handed over reach the CRM byte for byte', async () => {
    const { put, work, uploaded } = await begin();

    const stored = await put(WAV, { filename: '../../call of today.wav' });
    await work();

    expect(stored.size).toBe(WAV.length);
    expect(uploaded).toHaveLength(1);
    expect(uploaded[0]?.bytes.equals(WAV)).toBe(true);
    expect(uploaded[0]?.file).toMatchObject({ name: 'call of today.wav', type: 'audio/wav' });
  });

  it('go to the call of our id, also if a phone system uses that id for another call', async () => {
    const { put, accept } = await begin();
    const { callId } = await put(WAV);
    await accept({ ...aCall().ringing, call_id: callId, event_id: 'e-other' });

    const again = await put(WAV, { callId });

    expect(again.callId).toBe(callId);
  });

  it('have no name whose ending is turned around', async () => {
    const { put, work, uploaded } = await begin();

    await put(WAV, { filename: 'a\u202egpj.exe' });
    await work();

    expect(uploaded[0]?.file.name).toBe('agpj.exe');
  });

  it('that are handed over twice are uploaded once', async () => {
    const { put, work, uploaded, directory } = await begin();

    const first = await put(WAV);
    const again = await put(WAV);
    await work();
    // The answer was lost, and the phone system repeats the request after the upload.
    const late = await put(WAV);
    await work();

    expect([first, again, late].map(({ repeated }) => repeated)).toEqual([false, true, true]);
    expect(new Set([first, again, late].map(({ recordingId }) => recordingId)).size).toBe(1);
    expect(uploaded).toHaveLength(1);
    expect(uploaded[0]?.file.name).toBe('c-1.wav');
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('that are announced and handed over too are uploaded once', async () => {
    const { accept, put, work, clock, uploaded, uploads } = await begin([answer(200, WAV)]);
    await accept(RECORDED);

    await put(WAV);
    clock.advance(1);
    await work();
    await put(WAV);
    await work();

    expect(uploaded).toHaveLength(1);
    expect(await uploads()).toEqual(['UploadFile done', 'UploadFile skipped recording_known']);
  });

  it('of a call that is not known are refused', async () => {
    const { put, directory } = await begin();

    await expect(put(WAV, { callId: 'c-unknown' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(put(WAV, { recordingId: 'r' })).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('that are a text are refused, and leave nothing behind', async () => {
    const { put, directory } = await begin();

    const stored = put(Buffer.from('<html><body>Please sign in</body></html>'));

    await expect(stored).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('that appear late are fetched when they are there, and hold up nothing meanwhile', async () => {
    const { accept, work, clock, uploaded, asked, steps, seen } = await begin([
      answer(404),
      answer(503),
      failure('before_write', 'reset'),
      answer(200, WAV),
    ]);
    await accept(RECORDED, { call_id: 'c-1', kind: 'noted', description: 'Called back' });

    await work();
    expect(await seen()).toMatchObject([{ state: 'waiting' }]);
    clock.advance(10_000);
    await work();
    expect(await steps()).toContain('UpdateActivity done');
    expect(uploaded).toHaveLength(0);
    for (let round = 0; round < 5; round += 1) {
      clock.advance(MINUTE);
      await work();
    }

    expect(asked).toHaveLength(4);
    expect(uploaded[0]?.bytes.equals(WAV)).toBe(true);
    expect(await seen()).toMatchObject([{ state: 'stored', reason: null }]);
  });

  it('are fetched while their connection is paused', async () => {
    const { accept, work, database, seen, uploaded, clock } = await begin([answer(200, WAV)]);
    const become = (state: 'paused' | 'active') =>
      database.write(async (transaction) => {
        await transaction.updateTable('connection').set({ state }).execute();
      });
    await become('paused');

    await accept(RECORDED);
    await work();
    expect(await seen()).toMatchObject([{ state: 'stored' }]);
    expect(uploaded).toHaveLength(0);

    await become('active');
    clock.advance(MINUTE);
    await work();
    expect(uploaded).toHaveLength(1);
  });

  it('wait without using up tries, and are left alone by a connection that wants none', async () => {
    const { accept, work, asked, seen } = await begin([answer(200, WAV)], {
      options: { recordings: 'none' },
    });

    await accept(RECORDED);
    await work();

    expect(asked).toEqual([]);
    expect(await seen()).toMatchObject([{ state: 'announced' }]);
  });

  it.each<[string, readonly EgressResult[], string]>([
    ['a login page', [answer(200, Buffer.from('<!doctype html>'))], 'recording_not_audio'],
    ['bytes of no known kind', [answer(200, Buffer.alloc(99, 1))], 'recording_not_audio'],
    ['403', [answer(403)], 'recording_expired'],
    ['410', [answer(410)], 'recording_expired'],
    ['too much', [failure('reading', 'body_too_large')], 'recording_too_large'],
    ['a private address', [failure('blocked', 'blocked_address')], 'recording_blocked'],
    ['404 for a day', [], 'recording_missing'],
    ['nothing for a day', Array(500).fill(answer(200)), 'recording_empty'],
    ['503 for a day', Array(500).fill(answer(503)), 'recording_unreachable'],
    [
      'no answer for a day',
      Array(500).fill(failure('before_write', 'dns')),
      'recording_unreachable',
    ],
    [
      'bytes that no disk takes',
      Array(500).fill(failure('reading', 'not_stored')),
      'recording_not_stored',
    ],
  ])(
    'whose address answers with %s are parked with their reason, and the rest of the call stands',
    async (_name, answers, reason) => {
      const { accept, work, clock, steps, seen, step, uploaded, directory } = await begin(answers);
      await accept(RECORDED);

      for (let hour = 0; hour < 26; hour += 1) {
        await work();
        clock.advance(60 * MINUTE);
      }

      expect(await steps()).toEqual([
        'FindContact done',
        'CreateActivity done',
        'StopCallActivity done',
        `UploadFile parked ${reason}`,
      ]);
      const { happened, remedy } = (await step(reason)) ?? {};
      expect(happened).toMatch(/^[A-Z].+\.$/);
      expect(remedy).toMatch(/replay|PUT/);
      expect(await seen()).toMatchObject([
        { state: 'unavailable', reason, remedy, contentUrl: null },
      ]);
      expect(uploaded).toEqual([]);
      expect(await readdir(directory)).toEqual([]);
    },
  );

  it('whose link has an end are tried once more just before, and then never', async () => {
    const { accept, work, clock, asked, uploads } = await begin();
    const begunAt = clock.now();
    const expires_at = begunAt + 30 * MINUTE;
    await accept({ ...RECORDED, recording: { url: URL_OF_RECORDING, expires_at } });

    const triedAt: number[] = [];
    for (let second = 0; second < 32 * 60; second += 5) {
      const before = asked.length;
      await work();
      if (asked.length > before) triedAt.push(clock.now());
      clock.advance(5_000);
    }

    expect(triedAt.some((at) => at >= expires_at - 10_000 && at < expires_at)).toBe(true);
    expect(triedAt.filter((at) => at > expires_at + 20_000)).toEqual([]);
    expect(await uploads()).toEqual(['UploadFile parked recording_expired']);
  });

  it('whose link ended before we heard of it are tried once: a clock may be wrong', async () => {
    const { accept, work, clock, uploaded } = await begin([answer(200, WAV)]);
    const expires_at = clock.now() - DAY;

    await accept({ ...RECORDED, recording: { url: URL_OF_RECORDING, expires_at } });
    await work();

    expect(uploaded).toHaveLength(1);
  });

  it('that could not be had come to life by their bytes', async () => {
    const { accept, work, put, uploaded, uploads, seen } = await begin([answer(410)]);
    await accept(RECORDED);
    await work();
    expect(await uploads()).toEqual(['UploadFile parked recording_expired']);

    const stored = await put(WAV, { filename: 'by hand.wav' });
    await work();

    expect(stored.repeated).toBe(false);
    expect(await uploads()).toEqual(['UploadFile done']);
    expect(uploaded[0]?.bytes.equals(WAV)).toBe(true);
    expect(uploaded[0]?.file.name).toBe('by hand.wav');
    const [one, ...others] = await seen();
    expect(one).toMatchObject({ state: 'stored', reason: null, row: { id: stored.recordingId } });
    expect(others).toEqual([]);
  });

  it('of which several could not be had take bytes by their id or their name', async () => {
    const recording = (name: string) => ({
      ...RECORDED,
      event_id: name,
      recording: { url: `https://pbx.test/${name}`, filename: name },
    });
    const { accept, work, put, seen, uploads } = await begin([
      answer(410),
      answer(410),
      answer(410),
    ]);
    await accept(recording('a.wav'), recording('b.wav'), recording('c.wav'));
    await work();
    const [first] = await seen();

    await put(WAV, { filename: 'b.wav' });
    await put(OTHER, { recordingId: first?.row.id ?? '' });
    const third = await put(Buffer.concat([WAV, OTHER]));
    await work();

    expect((await seen()).map(({ state }) => state)).toEqual(['stored', 'stored', 'stored']);
    expect(third.recordingId).toBe((await seen())[2]?.row.id);
    expect(await uploads()).toEqual(Array(3).fill('UploadFile done'));
  });

  it('that have come refuse other bytes under the same id', async () => {
    const { put } = await begin();
    const { recordingId } = await put(WAV);

    await expect(put(OTHER, { recordingId })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are fetched again when somebody asks for another try', async () => {
    const { accept, work, uploads, replay } = await begin([answer(403), answer(200, WAV)]);
    await accept(RECORDED);
    await work();

    await replay();
    await work();

    expect(await uploads()).toEqual(['UploadFile done']);
  });

  it('that cannot be opened any more say so, and come to life by their bytes', async () => {
    const { put, database, directory, work, step, uploads, uploaded, seen } = await begin();
    await put(WAV);
    for (const name of await readdir(directory)) await rm(join(directory, name));

    await work();
    expect(await uploads()).toEqual(['UploadFile parked recording_unreadable']);
    expect((await step('recording_unreadable'))?.happened).toContain('another master key');
    expect(await seen()).toMatchObject([{ state: 'unavailable' }]);
    await put(WAV);
    await work();

    expect(uploaded).toHaveLength(1);
    const rows = await database.read.selectFrom('recording').select('id').execute();
    expect(rows).toHaveLength(1);
  });

  it('that another process fetches at this moment are not fetched twice', async () => {
    const { accept, drain, fetching, clock } = await begin([answer(200, WAV), answer(200, WAV)]);
    await accept(RECORDED);
    await drain();

    const first = await claimRecordings(fetching, 8);
    const second = await claimRecordings(fetching, 8);
    // The first process dies: its claim ends by itself.
    clock.advance(61_000);
    const third = await claimRecordings(fetching, 8);

    expect([first.length, second.length, third.length]).toEqual([1, 0, 1]);
  });

  it('that two processes fetched all the same are kept once', async () => {
    const { accept, drain, fetching, clock, directory, work, uploaded } = await begin([
      answer(200, WAV),
      answer(200, WAV),
    ]);
    await accept(RECORDED);
    await drain();
    const [slow] = await claimRecordings(fetching, 8);
    clock.advance(61_000);
    const [fast] = await claimRecordings(fetching, 8);

    await fast?.(new AbortController().signal);
    await slow?.(new AbortController().signal);
    await work();

    expect(await readdir(directory)).toHaveLength(1);
    expect(uploaded).toHaveLength(1);
  });

  it('are given back at once by a process that ends', async () => {
    const { accept, drain, fetching } = await begin([failure('reading', 'aborted')]);
    await accept(RECORDED);
    await drain();
    const [claimed] = await claimRecordings(fetching, 8);

    await claimed?.(AbortSignal.abort());

    expect(await claimRecordings(fetching, 8)).toHaveLength(1);
  });

  describe('as links', () => {
    const LINK = { options: { recordings: 'link' }, ownLinks: true } as const;

    it('are told when their bytes are here, signed', async () => {
      const { accept, work, clock, sent, callId, seen } = await begin(
        [answer(404), answer(200, WAV)],
        LINK,
      );
      await accept({
        ...RECORDED,
        recording: { url: URL_OF_RECORDING, page_url: 'https://pbx.test/calls/1' },
      });
      await work();
      expect(sent.map(({ method }) => method)).not.toContain('UpdateActivity');
      clock.advance(MINUTE);
      await work();

      const [update, ...others] = sent.filter(({ method }) => method === 'UpdateActivity');
      const [recording] = await seen();
      expect(others).toEqual([]);
      expect(update?.values).toMatchObject({
        content_url: recording?.contentUrl,
        call_url: 'https://pbx.test/calls/1',
        update_reason: 'recording',
      });
      expect(update?.values['content_url']).toMatch(
        /^https:\/\/patchcord\.test\/v1\/recordings\/[\w-]+\/content\?expires=\d+&signature=pcr-[\w-]{43}$/,
      );
      expect(recording?.callUrl).toBe('https://pbx.test/calls/1');
      expect(await callId()).toBe(recording?.row.call_id);
    });

    it('are told for what was handed over, with an address for people', async () => {
      const { put, work, sent, callId } = await begin([], LINK);

      const { recordingId } = await put(WAV);
      await work();

      const update = sent.find(({ method }) => method === 'UpdateActivity');
      expect(update?.values['content_url']).toContain(recordingId);
      expect(update?.values['call_url']).toBe(
        `https://patchcord.test/v1/calls/${await callId()}/recordings/${recordingId}`,
      );
    });

    it('wait without holding up the end of the call', async () => {
      const { accept, work, clock, steps } = await begin([], { ...LINK, begun: false });
      await accept(aCall().ringing, RECORDED);
      await work();

      await accept(aCall().ended);
      clock.advance(MINUTE);
      await work();

      expect(await steps()).toEqual([
        'FindContact done',
        'CreateActivity done',
        'UpdateActivity pending',
        'StopCallActivity done',
      ]);
    });

    it.each<[string, EgressResult, string]>([
      ['ended', answer(410), 'UpdateActivity parked recording_expired'],
      ['private', failure('blocked', 'blocked_address'), 'UpdateActivity done'],
    ])('of the phone system that are %s: %j leads to %s', async (_name, told, expected) => {
      const { accept, work, clock, steps, sent } = await begin([told], LINK);
      await accept(RECORDED);

      await work();
      clock.advance(MINUTE);
      await work();

      expect(await steps()).toContain(expected);
      const update = sent.find(({ method }) => method === 'UpdateActivity');
      // Who is nearer to the phone system than this server may still open its own link.
      expect(update?.values['content_url']).toBe(
        expected.includes('done') ? URL_OF_RECORDING : undefined,
      );
    });

    it('come to life by their bytes', async () => {
      const { accept, work, put, steps, sent } = await begin([answer(410)], LINK);
      await accept(RECORDED);
      await work();

      await put(WAV);
      await work();

      expect(await steps()).toContain('UpdateActivity done');
      expect(sent.at(-1)?.values['content_url']).toContain('https://patchcord.test/');
    });

    it('are those of the phone system where this server has no address of its own', async () => {
      const { accept, work, clock, sent, asked } = await begin([], {
        options: { recordings: 'link' },
      });
      await accept(RECORDED);
      clock.advance(MINUTE);
      await work();

      expect(asked).toEqual([]);
      const update = sent.find(({ method }) => method === 'UpdateActivity');
      expect(update?.values).toMatchObject({
        content_url: URL_OF_RECORDING,
        call_url: URL_OF_RECORDING,
      });
    });

    it('do not stand in a record of a connection that wants none', async () => {
      const { accept, work, clock, sent } = await begin([], {
        options: { recordings: 'none' },
        ownLinks: true,
      });
      await accept(RECORDED, { call_id: 'c-1', kind: 'noted', description: 'Called back' });
      clock.advance(MINUTE);
      await work();

      expect(sent.at(-1)).toMatchObject({ method: 'UpdateActivity' });
      expect(sent.at(-1)?.values).not.toHaveProperty('content_url');
      expect(sent.at(-1)?.values).not.toHaveProperty('call_url');
    });

    it('keep their recording for as long as the operator says', async () => {
      const { put, work, clock, spool, database, seen } = await begin([], LINK);
      await put(WAV);
      await work();

      clock.advance(29 * DAY);
      const early = await sweepSpool({ database, spool });
      const [kept] = await seen();
      clock.advance(2 * DAY);
      const late = await sweepSpool({ database, spool });

      expect([early, late]).toEqual([0, 1]);
      expect(kept).toMatchObject({ state: 'stored' });
      expect(await seen()).toMatchObject([{ state: 'deleted', contentUrl: null }]);
    });
  });

  it('leave the spool a day after their delivery, and files of nobody too', async () => {
    const { put, work, clock, spool, database, directory } = await begin();
    await put(WAV);
    await work();
    const { file } = await spool.store(stream(WAV));
    const early = await sweepSpool({ database, spool });
    clock.advance(2 * DAY);
    await utimes(join(directory, file), clock.now() / 1_000 - 7_200, clock.now() / 1_000 - 7_200);
    const late = await sweepSpool({ database, spool });

    expect(early).toBe(0);
    expect(late).toBe(2);
    expect(await readdir(directory)).toEqual([]);
  });

  it('do not lose a file whose row comes a moment later, however short they are kept', async () => {
    const { spool, database, directory, clock } = await begin();
    const { file } = await spool.store(stream(WAV));
    await utimes(join(directory, file), clock.now() / 1_000, clock.now() / 1_000);

    await sweepSpool({ database, spool }, { deliveredMs: 0, linkedMs: 0 });

    expect(await readdir(directory)).toEqual([file]);
  });
});
