import { readdir, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import type { EgressResult } from '../http/egress.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { getCall } from './ledger.ts';
import { sweepSpool } from './sweep-spool.ts';
import { aCall } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';
import {
  answer,
  createRecordingKit,
  DAY,
  failure,
  MINUTE,
  OTHER,
  RECORDED,
  stream,
  URL_OF_RECORDING,
  WAV,
} from './testing/recording-kit.ts';

describeDatabases('recordings', ({ open }) => {
  const { begin, cleanUp } = createRecordingKit(open);
  afterEach(cleanUp);

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

  it('that appear within a minute reach the CRM in that minute, and the ledger says when it looks', async () => {
    const late = [...Array.from({ length: 4 }, () => answer(404)), answer(200, WAV)];
    const { accept, work, clock, uploaded, asked, database, callId } = await begin(late);
    await accept(RECORDED);
    await work();

    const { steps } = await getCall(
      database,
      { organizationId: SEEDED.organizationId },
      await callId(),
    );
    const upload = steps.find(({ method }) => method === 'UploadFile');
    expect(upload?.happened).toMatch(/answered 404\. It is fetched in [1-5] s\.$/u);
    for (let second = 0; second < 45; second += 1) {
      clock.advance(1_000);
      await work();
    }

    expect(asked).toHaveLength(5);
    expect(uploaded).toHaveLength(1);
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
    const { accept, work, become, seen, uploaded, clock } = await begin([answer(200, WAV)]);
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
