import { afterEach, expect, it } from 'vitest';

import type { EgressResult } from '../http/egress.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { sweepSpool } from './sweep-spool.ts';
import { aCall } from './testing/pipeline.ts';
import {
  answer,
  createRecordingKit,
  DAY,
  failure,
  MINUTE,
  RECORDED,
  URL_OF_RECORDING,
  WAV,
} from './testing/recording-kit.ts';

describeDatabases('recordings as links', ({ open }) => {
  const { begin, cleanUp } = createRecordingKit(open);
  afterEach(cleanUp);

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
