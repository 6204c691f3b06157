import { describe, expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { closeSilentCalls } from './close-silent-calls.ts';
import { createIntake } from './intake.ts';
import { discardStep, replayCall, replayStep } from './ledger-actions.ts';
import { settleUnknown } from './settle-by-hand.ts';
import { getCall, listCalls } from './ledger.ts';
import { applyRetention } from './retention.ts';
import { aRun, LOST, REFUSED } from './testing/fake-runner.ts';

import { aCall, openPipeline } from './testing/pipeline.ts';
import type { TestPipeline } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const FOREIGN = { organizationId: 'org-2' };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WITHOUT_LOOK_UP = ['CreateActivity', 'StopCallActivity'] as const;

describeDatabases('the ledger', ({ open }) => {
  async function begin(options: Parameters<typeof openPipeline>[1] = {}) {
    const pipeline = await openPipeline(open, options);
    const { database, ids, connections, callKeySecret } = pipeline;
    const actions = { database, ids, connections, callKeySecret, wake: () => {} };
    return { ...pipeline, actions };
  }

  async function onlyCall({ database }: TestPipeline) {
    const { items } = await listCalls(database, SCOPE, { filter: {}, page: { limit: 10 } });
    return await getCall(database, SCOPE, items[0]?.id ?? '');
  }

  async function parkCreate(pipeline: TestPipeline, ...runs: readonly ReturnType<typeof aRun>[]) {
    const call = aCall();
    pipeline.runner.answer('CreateActivity', ...runs);
    await pipeline.accept(call.ringing, call.answered, call.ended);
    await pipeline.drain();
    pipeline.clock.advance(60_000);
    await pipeline.drain();
    const detail = await onlyCall(pipeline);
    const step = detail.steps.find(({ method }) => method === 'CreateActivity');
    if (step === undefined) throw new Error('the call has no create');
    return step;
  }

  describe('shows', () => {
    it('a call with its events, steps, attempts and exchanges', async () => {
      const pipeline = await begin();
      const call = aCall();
      await pipeline.accept({ ...call.ringing, mood: 'good' }, call.answered, call.ended);
      await pipeline.drain();

      const detail = await onlyCall(pipeline);

      expect(detail).toMatchObject({ externalId: 'c-1', state: 'delivered' });
      expect(detail.events.map((event) => event.kind)).toEqual(['ringing', 'answered', 'ended']);
      expect(detail.steps.map(({ method, state }) => `${method} ${state}`)).toEqual([
        'FindContact delivered',
        'CreateActivity delivered',
        'StopCallActivity delivered',
      ]);
      expect(detail.steps[1]).toMatchObject({ activityId: 'act-2', remedy: null });
      expect(detail.steps[1]?.attempts).toMatchObject([
        { number: 1, state: 'settled', outcome: 'success', exchanges: [{ durationMs: 2 }] },
      ]);
      expect(detail.notes.join()).toContain('`mood`');
    });

    it('an answer that holds U+0000, and the escape of it', async () => {
      const pipeline = await begin();
      const body = '{"note":"\\u0000\u0000"}';
      const told = aRun({}, [{ activity_id: '5', subject: 'a\u0000b' }]);
      const response = { status: 200, headers: {}, body, truncated: false };
      pipeline.runner.answer('CreateActivity', {
        ...told,
        outcome: { ...told.outcome, message: 'It says: \u0000' },
        exchanges: [{ request: {}, response, startedAt: 1, durationMs: 2 }],
      });
      await pipeline.accept(aCall().ringing);
      await pipeline.drain();

      const { steps } = await onlyCall(pipeline);

      const create = steps.find(({ method }) => method === 'CreateActivity');
      expect(create?.attempts[0]?.exchanges[0]?.response).toMatchObject({
        body: '{"note":"\\u0000"}',
      });
      expect(create).toMatchObject({ state: 'delivered', activityId: '5' });
      expect(create?.happened).not.toContain('\u0000');
    });

    it('what happened to a parked step and what to do next', async () => {
      const pipeline = await begin();

      const step = await parkCreate(pipeline, REFUSED);

      expect(step).toMatchObject({ state: 'parked', reason: 'refused' });
      expect(step.happened).toContain('subject is too long');
      expect(step.remedy).toContain('replay');
      expect((await onlyCall(pipeline)).state).toBe('parked');
    });

    it('why a call is not written', async () => {
      const pipeline = await begin();
      await pipeline.accept({ ...aCall().ringing, extension: '103' }, aCall().ended);
      await pipeline.drain();

      const detail = await onlyCall(pipeline);

      expect(detail.state).toBe('skipped');
      expect(detail.lanes[0]?.skip?.reason).toBe('no_user_link');
      expect(detail.notes.join()).toContain('extension 103 is linked with no CRM user');
    });

    it('nothing of another organization', async () => {
      const pipeline = await begin();
      await pipeline.accept(aCall().ringing);
      const { id } = await onlyCall(pipeline);
      const [step] = (await onlyCall(pipeline)).steps;
      const request = { stepId: step?.id ?? '', actor: 'key:1' };

      const list = await listCalls(pipeline.database, FOREIGN, { filter: {}, page: { limit: 10 } });

      expect(list.items).toEqual([]);
      const absent = { code: 'not_found' };
      await expect(getCall(pipeline.database, FOREIGN, id)).rejects.toMatchObject(absent);
      await expect(replayStep(pipeline.actions, FOREIGN, request)).rejects.toMatchObject(absent);
      const replayed = replayCall(pipeline.actions, FOREIGN, { callId: id, actor: 'key:1' });
      await expect(replayed).rejects.toMatchObject(absent);
    });

    it('calls page by page, the newest first, and by their state', async () => {
      const pipeline = await begin();
      for (const id of ['c-1', 'c-2', 'c-3']) await pipeline.accept(aCall(id).ringing);
      await pipeline.accept(aCall('c-2').ended);
      await pipeline.drain();
      const page = (cursor?: string) =>
        listCalls(pipeline.database, SCOPE, { filter: {}, page: { limit: 2, cursor } });
      const inState = async (state: 'open' | 'delivered' | 'parked' | 'skipped' | 'discarded') => {
        const list = await listCalls(pipeline.database, SCOPE, {
          filter: { state },
          page: { limit: 9 },
        });
        return list.items.map((call) => call.externalId).join();
      };

      const first = await page();
      const second = await page(first.next_cursor ?? undefined);

      expect(first.items.map((call) => call.externalId)).toEqual(['c-3', 'c-2']);
      expect(second.items.map((call) => call.externalId)).toEqual(['c-1']);
      expect(second.next_cursor).toBeNull();
      expect(await inState('open')).toBe('c-3,c-1');
      expect(await inState('delivered')).toBe('c-2');
      expect(await inState('parked')).toBe('');
    });
  });

  it('shows a call that came when the organization had no connection', async () => {
    const pipeline = await begin();
    await pipeline.database.write(async (transaction) => {
      await transaction.deleteFrom('user_link').execute();
      await transaction.deleteFrom('connection').execute();
    });
    const connections = {
      ...pipeline.connections,
      ofOrganization: () => Promise.resolve({ open: [], shut: [] }),
    };
    const intake = createIntake({ ...pipeline, connections, wake: () => {} });
    await intake.accept(SEEDED, [aCall().ringing]);

    const detail = await onlyCall(pipeline);

    expect(detail).toMatchObject({ state: 'open', lanes: [], steps: [] });
    expect(detail.notes).toContain('The organization had no connection when this call came.');
  });

  it('names the connection that does not log a call', async () => {
    const pipeline = await begin();
    await pipeline.accept({ ...aCall().ringing, direction: 'internal', called_number: '102' });

    const { notes } = await onlyCall(pipeline);

    expect(notes).toEqual([expect.stringContaining(`Not written by '${SEEDED.connectionId}': `)]);
  });

  it('is not the only one who tells of a parked step: the log does too', async () => {
    const pipeline = await begin();

    await parkCreate(pipeline, REFUSED);

    expect(pipeline.warned).toEqual(['a step is parked: a person must look at it']);
  });

  describe('lets people', () => {
    it('replay a step once, however often they press, in the order of the call', async () => {
      const pipeline = await begin();
      const step = await parkCreate(pipeline, REFUSED);
      const request = { stepId: step.id, actor: 'key:1' };

      await replayStep(pipeline.actions, SCOPE, request);
      await replayStep(pipeline.actions, SCOPE, request);
      await pipeline.drain();

      expect(pipeline.runner.sent.map((sent) => sent.method)).toEqual([
        'FindContact',
        'CreateActivity',
        'CreateActivity',
        'StopCallActivity',
      ]);
      const detail = await onlyCall(pipeline);
      expect(detail.state).toBe('delivered');
      expect(detail.notes.filter((note) => note.includes('step.replayed'))).toHaveLength(1);
      await expect(replayStep(pipeline.actions, SCOPE, request)).rejects.toMatchObject({
        code: 'conflict',
      });
    });

    it('replay all that is parked of a call', async () => {
      const pipeline = await begin();
      await parkCreate(pipeline, REFUSED);
      const { id } = await onlyCall(pipeline);

      const count = await replayCall(pipeline.actions, SCOPE, { callId: id, actor: 'key:1' });
      await pipeline.drain();

      expect(count).toBe(1);
      expect((await onlyCall(pipeline)).state).toBe('delivered');
    });

    it('say that an unknown create is in the CRM, and the call goes on with its id', async () => {
      const pipeline = await begin({ methods: WITHOUT_LOOK_UP });
      const step = await parkCreate(pipeline, LOST, LOST);
      expect(step).toMatchObject({ state: 'parked', reason: 'unknown_outcome' });

      await settleUnknown(pipeline.actions, SCOPE, {
        stepId: step.id,
        actor: 'key:1',
        answer: { found: '4711' },
      });
      await pipeline.drain();

      expect(pipeline.runner.sent.at(-1)).toMatchObject({
        method: 'StopCallActivity',
        values: { activity_id: '4711' },
      });
      expect((await onlyCall(pipeline)).possibleDuplicate).toBe(true);
    });

    it('say that it is not there, and it is sent again', async () => {
      const pipeline = await begin({ methods: WITHOUT_LOOK_UP });
      const step = await parkCreate(pipeline, LOST, LOST);

      await settleUnknown(pipeline.actions, SCOPE, {
        stepId: step.id,
        actor: 'key:1',
        answer: { absent: true },
      });
      await pipeline.drain();

      expect((await onlyCall(pipeline)).state).toBe('delivered');
    });

    it('not replay an unknown outcome past the question', async () => {
      const pipeline = await begin({ methods: WITHOUT_LOOK_UP });
      const step = await parkCreate(pipeline, LOST, LOST);
      const sent = pipeline.runner.sent.length;

      const { id } = await onlyCall(pipeline);
      const refusal = { code: 'conflict', message: expect.stringContaining('look into the CRM') };

      await expect(
        replayStep(pipeline.actions, SCOPE, { stepId: step.id, actor: 'key:1' }),
      ).rejects.toMatchObject(refusal);
      await expect(
        replayCall(pipeline.actions, SCOPE, { callId: id, actor: 'key:1' }),
      ).rejects.toMatchObject(refusal);
      await pipeline.drain();

      expect(pipeline.runner.sent).toHaveLength(sent);
      const after = await onlyCall(pipeline);
      expect(after.state).toBe('parked');
      expect(after.steps.find((one) => one.id === step.id)).toEqual(step);
    });

    it('give a create up, and what needs it is left out', async () => {
      const pipeline = await begin();
      const step = await parkCreate(pipeline, REFUSED);

      await discardStep(pipeline.actions, SCOPE, {
        stepId: step.id,
        actor: 'key:1',
        reason: 'a test call',
      });
      await pipeline.drain();

      const detail = await onlyCall(pipeline);
      expect(detail.state).toBe('discarded');
      expect(detail.steps.map(({ method, state }) => `${method} ${state}`)).toEqual([
        'FindContact delivered',
        'CreateActivity discarded',
        'StopCallActivity skipped',
      ]);
      expect(detail.steps[1]?.happened).toContain('a test call');
    });

    const words = {
      'given up': 'discarded',
      found: 'done',
    } as const;
    it.each(Object.entries(words))(
      'say that a step is %s while the CRM is asked about it, and that stands',
      async (word, state) => {
        const pipeline = await begin();
        const { actions, runner, database } = pipeline;
        runner.answer('CreateActivity', LOST);
        await pipeline.accept(aCall().ringing);
        await pipeline.drain();
        const { id: stepId } = await database.read
          .selectFrom('step')
          .select('id')
          .where('method', '=', 'CreateActivity')
          .executeTakeFirstOrThrow();
        const request = { stepId, actor: 'key:1' };
        runner.refuse('FindActivity', {
          status: 'ready',
          idempotent: true,
          send: async () => {
            if (word === 'found') {
              await settleUnknown(actions, SCOPE, { ...request, answer: { found: '77' } });
            } else await discardStep(actions, SCOPE, { ...request, reason: 'a test call' });
            return aRun({ kind: 'not_found', message: 'not found' });
          },
        });

        pipeline.clock.advance(5_000);
        await pipeline.drain();

        expect(await pipeline.steps()).toContain(`CreateActivity ${state}`);
      },
    );
  });

  describe('in time', () => {
    it('ends calls that fell silent, and says that their duration is unknown', async () => {
      const pipeline = await begin();
      await pipeline.accept(aCall().ringing, aCall().answered);
      await pipeline.drain();
      pipeline.clock.advance(6 * HOUR + 1);

      const closing = { ...pipeline, log: pipeline.deliver.log };
      const closed = await closeSilentCalls(closing);
      const again = await closeSilentCalls(closing);
      await pipeline.drain();

      expect([closed, again]).toEqual([1, 0]);
      expect(pipeline.runner.sent.at(-1)?.method).toBe('StopCallActivity');
      expect(pipeline.runner.sent.at(-1)?.values['call_duration']).toBeUndefined();
      expect((await onlyCall(pipeline)).notes.join()).toContain('duration is unknown');
    });

    it('forgets exchanges after a week and calls after 400 days, but nothing undelivered', async () => {
      const pipeline = await begin();
      await parkCreate(pipeline, REFUSED);
      await pipeline.accept(aCall('c-2').ringing, aCall('c-2').ended);
      await pipeline.drain();
      pipeline.clock.advance(8 * DAY);
      await applyRetention(pipeline.database);
      const exchanges = await pipeline.database.read.selectFrom('exchange').select('id').execute();
      pipeline.clock.advance(400 * DAY);

      await applyRetention(pipeline.database);

      expect(exchanges).toEqual([]);
      const { items } = await listCalls(pipeline.database, SCOPE, {
        filter: {},
        page: { limit: 10 },
      });
      expect(items.map((call) => call.externalId)).toEqual(['c-1']);
      const steps = await pipeline.database.read.selectFrom('step').select('id').execute();
      expect(steps).toHaveLength(3);
    });
  });
});
