import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { getCall } from './ledger.ts';
import { replayCall } from './ledger-actions.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import type { PipelineOptions } from './testing/pipeline.ts';
import { SEEDED, seededBook } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const SECOND = 'con-2';
const WHOLE = ['FindContact done', 'CreateActivity done', 'StopCallActivity done'];

describeDatabases('a call that was left out, when it is replayed', ({ open }) => {
  async function begin(options: PipelineOptions = {}) {
    const pipeline = await openPipeline(open, options);
    const { database } = pipeline;
    const callId = async (): Promise<string> =>
      (await database.read.selectFrom('call').select('id').executeTakeFirstOrThrow()).id;
    const replay = async (given: Parameters<typeof seededBook>[0] = options) =>
      await replayCall({ ...pipeline, connections: seededBook(given), wake: () => {} }, SCOPE, {
        callId: await callId(),
        actor: 'key:1',
      });
    const link = (extension: string, connectionId: string = SEEDED.connectionId) =>
      database.write(async (transaction) => {
        await transaction
          .insertInto('user_link')
          .values({
            organization_id: SEEDED.organizationId,
            connection_id: connectionId,
            extension_id: `ext-${extension}`,
            crm_user_id: '13',
            crm_user_name: 'Ida Agent',
            locals: '{}',
            linked_at: database.now(),
          })
          .execute();
      });
    const unlink = (connectionId: string) =>
      database.write(async (transaction) => {
        await transaction
          .deleteFrom('user_link')
          .where('connection_id', '=', connectionId)
          .execute();
      });
    const detail = async () => await getCall(database, SCOPE, await callId());
    return { ...pipeline, replay, link, unlink, detail };
  }

  const unlinked = aCall();
  const events = [
    { ...unlinked.ringing, extension: '103' },
    { ...unlinked.answered, extension: '103' },
    unlinked.ended,
  ];

  it('goes out with the links of today, once', async () => {
    const { accept, drain, steps, link, replay, runner, detail } = await begin();
    await accept(...events);
    await drain();
    await link('103');

    await replay();
    await drain();
    const after = await detail();
    const sent = runner.sent.length;
    await expect(replay()).rejects.toMatchObject({ code: 'conflict' });
    await drain();

    expect(await steps()).toEqual(WHOLE);
    expect(runner.sent).toHaveLength(sent);
    expect(runner.sent.find(({ method }) => method === 'CreateActivity')?.values).toMatchObject({
      user_id: '13',
    });
    expect(after).toMatchObject({ state: 'delivered', lanes: [{ skip: null }] });
    expect(after.notes.join()).toContain('key:1 did call.replayed on the call');
  });

  it('is told why it still goes nowhere, and what to do', async () => {
    const { accept, drain, replay, detail } = await begin();
    await accept(...events);
    await drain();

    await expect(replay()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/extension 103 is linked with no CRM user.*then replay/u),
    });

    expect((await detail()).state).toBe('skipped');
  });

  it('goes out by the options of today', async () => {
    const { accept, drain, steps, replay } = await begin();
    const { ringing, ended } = aCall();
    await accept({ ...ringing, direction: 'internal', called_number: '102' }, ended);
    await drain();

    await replay({ options: { log_internal: true } });
    await drain();

    expect(await steps()).toEqual(['CreateActivity done', 'StopCallActivity done']);
  });

  it('goes to the CRM that it did not reach, and to no other a second time', async () => {
    const { accept, drain, link, unlink, replay, runner } = await begin({ connections: [SECOND] });
    await unlink(SECOND);
    const { ringing, answered, ended } = aCall();
    await accept(ringing, answered, ended);
    await drain();
    const before = runner.sent.map(({ connectionId }) => connectionId);
    await link('101', SECOND);

    await replay();
    await drain();

    const later = runner.sent.slice(before.length);
    expect(new Set(before)).toEqual(new Set([SEEDED.connectionId]));
    expect(new Set(later.map(({ connectionId }) => connectionId))).toEqual(new Set([SECOND]));
    expect(later.map(({ method }) => method)).toEqual([
      'FindContact',
      'CreateActivity',
      'StopCallActivity',
    ]);
  });

  it('goes on as it was planned while it is under way', async () => {
    const { accept, drain, steps, replay } = await begin();
    const { ringing, ended } = aCall();
    await accept(ringing, ended);

    expect(await replay()).toBe(0);
    await drain();

    expect(await steps()).toEqual(WHOLE);
  });

  it('says that there is nothing to do where everything is done', async () => {
    const { accept, drain, replay } = await begin();
    const { ringing, ended } = aCall();
    await accept(ringing, ended);
    await drain();

    await expect(replay()).rejects.toMatchObject({
      code: 'conflict',
      message: 'There is nothing to replay: no step of this call is parked.',
    });
  });
});
