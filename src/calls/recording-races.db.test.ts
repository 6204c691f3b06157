import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { claimRecordings } from './fetch-due.ts';
import { aCall } from './testing/pipeline.ts';
import {
  answer,
  createRecordingKit,
  DAY,
  failure,
  MINUTE,
  RECORDED,
  WAV,
} from './testing/recording-kit.ts';

describeDatabases('recordings that several people and processes hold at once', ({ open }) => {
  const { begin, cleanUp } = createRecordingKit(open);
  afterEach(cleanUp);

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

  it('that are handed over during a fetch stay here, though the fetch comes to nothing', async () => {
    const { accept, drain, fetching, put, seen, work, uploaded } = await begin([answer(410)]);
    await accept(RECORDED);
    await drain();
    const [claimed] = await claimRecordings(fetching, 8);
    const [announced] = await seen();

    await put(WAV, { recordingId: announced?.row.id ?? '' });
    await claimed?.(new AbortController().signal);
    await work();

    expect(await seen()).toMatchObject([{ state: 'stored', reason: null }]);
    expect(uploaded).toHaveLength(1);
  });

  it('go to the call of our id, though its phone system has used its own again since', async () => {
    const { accept, clock, put, work, callId, uploads } = await begin();
    const first = await callId();
    clock.advance(DAY + MINUTE);
    await accept({ ...aCall().ringing, event_id: 'after-reboot' });

    await put(WAV, { callId: first });
    await work();

    expect(await uploads()).toEqual(['UploadFile done']);
  });

  it('of which the same bytes come twice at one time have one id', async () => {
    const { put, seen } = await begin();

    const both = await Promise.all([put(WAV), put(WAV)]);

    const [recording] = await seen();
    const id = recording?.row.id;
    expect(both.map(({ recordingId }) => recordingId)).toEqual([id, id]);
    expect(both.filter(({ repeated }) => repeated)).toHaveLength(1);
  });

  it('whose call is deleted while they come are refused, and leave nothing behind', async () => {
    const { database, put, callId, directory } = await begin();
    const id = await callId();
    const remove = () =>
      database.write(async (transaction) => {
        await transaction.deleteFrom('call').where('id', '=', id).execute();
      });

    const stored = put(WAV, { callId: id, between: remove });

    await expect(stored).rejects.toMatchObject({ code: 'not_found' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('that came under two addresses are uploaded, though the first file was lost', async () => {
    const answers = [answer(200, WAV), answer(200, WAV)];
    const { accept, work, become, clock, directory, uploads } = await begin(answers);
    await become('paused');
    await accept(RECORDED);
    await work();
    for (const name of await readdir(directory)) await rm(join(directory, name));
    await accept({ ...RECORDED, recording: { url: 'https://pbx.test/2.wav' } });
    await work();

    await become('active');
    clock.advance(MINUTE);
    await work();

    expect(await uploads()).toEqual(['UploadFile done', 'UploadFile parked recording_unreadable']);
  });
});
