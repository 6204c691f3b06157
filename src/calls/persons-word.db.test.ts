import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { getCall } from './ledger.ts';
import { settleUnknown } from './settle-by-hand.ts';
import type { Seen } from './settle-by-hand.ts';
import { aRun, LOST, REFUSED } from './testing/fake-runner.ts';
import { aCall, openPipeline } from './testing/pipeline.ts';
import type { PipelineOptions } from './testing/pipeline.ts';
import { SEEDED } from './testing/seed.ts';

const SCOPE = { organizationId: SEEDED.organizationId };
const MINUTE = 60_000;
const GONE = aRun({
  kind: 'gone',
  effect: 'not_executed',
  action: 'park',
  message: 'no such call',
});
const NOBODY = aRun({ kind: 'not_found', message: 'nobody' }, []);
const METHODS = [
  'FindContact',
  'CreateContact',
  'CreateActivity',
  'AnswerCallActivity',
  'UpdateActivity',
  'StopCallActivity',
  'UploadFile',
] as const;
const FILE = {
  size: 3,
  open: async function* () {
    yield await Promise.resolve(Buffer.from('abc'));
  },
};

describeDatabases("a person's word", ({ open }) => {
  async function begin(options: PipelineOptions['options'] = {}) {
    const pipeline = await openPipeline(open, {
      methods: METHODS,
      options: { on_unknown: 'park', recordings: 'upload', ...options },
    });
    const { runner, database, clock } = pipeline;
    runner.answer('FindContact', NOBODY);
    Object.assign(pipeline.deliver, {
      recordings: { open: () => Promise.resolve({ status: 'ready', file: FILE }) },
    });
    const work = async (): Promise<void> => {
      await pipeline.drain();
      clock.advance(6_000);
      await pipeline.drain();
    };
    const step = async (method: string) => {
      const call = await database.read.selectFrom('call').select('id').executeTakeFirstOrThrow();
      const { steps } = await getCall(database, SCOPE, call.id);
      const found = steps.find((one) => one.method === method);
      if (found === undefined) throw new Error(`no ${method}`);
      return found;
    };
    const say = async (method: string, answer: Seen): Promise<void> => {
      const stepId = (await step(method)).id;
      await settleUnknown({ ...pipeline, wake: () => {} }, SCOPE, {
        stepId,
        actor: 'key:1',
        answer,
      });
    };
    const sent = (method: string) => runner.sent.filter((one) => one.method === method);
    const call = aCall();
    const events = [
      call.ringing,
      call.answered,
      { call_id: 'c-1', kind: 'noted', description: 'Called back.' },
      { call_id: 'c-1', kind: 'recorded', recording: { url: 'https://pbx.test/1.wav' } },
      call.ended,
    ];
    /** The ring first, so that the comment is an update. */
    const play = async (): Promise<void> => {
      await pipeline.accept(events[0]);
      await work();
      await pipeline.accept(...events.slice(1));
      await work();
    };
    return { ...pipeline, work, step, say, sent, play };
  }

  const states = ['parked', 'unknown'] as const;
  const words: readonly (readonly [string, Seen, number])[] = [
    ['is there', { found: 'id-5' }, 1],
    ['is not there', { absent: true }, 2],
  ];
  const methods = [
    'CreateContact',
    'CreateActivity',
    'AnswerCallActivity',
    'UpdateActivity',
    'StopCallActivity',
    'UploadFile',
  ];
  const cases = methods.flatMap((method) =>
    states.flatMap((state) => words.map((word) => [method, state, ...word] as const)),
  );

  it.each(cases)('about a %s that is %s: it %s', async (method, state, _, answer, times) => {
    const { runner, say, step, sent, work, play, database } = await begin({
      unknown_callers: 'create_contact',
    });
    runner.answer(method, LOST);
    await play();
    const { id } = await step(method);
    // However it came there: a contact is asked about, the others are parked at once.
    const reason = state === 'parked' ? 'unknown_outcome' : null;
    await database.write(async (transaction) => {
      const change = { state, reason, ready_at: Number.MAX_SAFE_INTEGER };
      await transaction.updateTable('step').set(change).where('id', '=', id).execute();
    });

    await say(method, answer);
    await work();

    expect(sent(method)).toHaveLength(times);
    // A create that has waited tells the comment itself.
    const others = method === 'CreateContact' ? ['UpdateActivity'] : [];
    for (const one of methods.filter((name) => !others.includes(name))) {
      expect(await step(one)).toMatchObject({ state: 'delivered' });
    }
    const audit = await database.read
      .selectFrom('audit_entry')
      .select(['actor', 'action', 'details'])
      .where('action', '=', 'step.settled')
      .executeTakeFirstOrThrow();
    expect({ ...audit, details: JSON.parse(audit.details) }).toEqual({
      actor: 'key:1',
      action: 'step.settled',
      details: { method, ...answer },
    });
    const stop = sent('StopCallActivity')[0]?.values ?? {};
    const ids = { CreateContact: stop['contact_id'], CreateActivity: stop['activity_id'] };
    if ('found' in answer && (method === 'CreateContact' || method === 'CreateActivity')) {
      expect(ids[method]).toBe('id-5');
    }
  });

  it('that the record was deleted has it created again, and all told to it', async () => {
    const { runner, say, step, sent, work, play } = await begin();
    runner.answer('StopCallActivity', GONE);
    await play();
    expect(await step('StopCallActivity')).toMatchObject({
      state: 'parked',
      reason: 'gone',
      remedy: expect.stringContaining('deleted'),
    });
    const first = sent('AnswerCallActivity')[0]?.values['activity_id'];

    await say('StopCallActivity', { deleted: true });
    await work();

    const second = sent('StopCallActivity').at(-1)?.values['activity_id'];
    expect([sent('CreateActivity').length, sent('AnswerCallActivity').length]).toEqual([2, 2]);
    expect(sent('AnswerCallActivity').at(-1)?.values['activity_id']).toBe(second);
    expect([first === undefined, first === second]).toEqual([false, false]);
    expect(await step('StopCallActivity')).toMatchObject({ state: 'delivered' });
  });

  it('that the record was deleted begins a create anew that was parked half way', async () => {
    const { runner, say, step, sent, work, accept } = await begin();
    runner.several('CreateActivity', [
      { makesRecord: true, record: { activity_id: 'act-1' } },
      { record: {} },
    ]);
    runner.answer('CreateActivity', aRun({}, [{ activity_id: 'act-0' }]), GONE);
    await accept(aCall().ringing);
    await work();
    expect(await step('CreateActivity')).toMatchObject({ state: 'parked', reason: 'gone' });

    await say('CreateActivity', { deleted: true });
    await work();

    expect(sent('CreateActivity').map(({ part }) => part)).toEqual([1, 2, 1, 2]);
    expect(await step('CreateActivity')).toMatchObject({
      state: 'delivered',
      activityId: 'act-1',
    });
  });

  it.each([
    ['deleted', 'CreateActivity', { deleted: true }, REFUSED, 'conflict'],
    ['found without an id', 'CreateActivity', { found: undefined }, LOST, 'invalid_request'],
  ] as const)('that a record was %s is refused where it cannot be', async (...of) => {
    const [, method, answer, run, code] = of;
    const { runner, say, accept, work } = await begin();
    runner.answer(method, run);
    await accept(aCall().ringing);
    await work();

    await expect(say(method, answer)).rejects.toMatchObject({ code });
  });

  it.each(words)('about a step that is delivered is refused: it %s', async (_, answer) => {
    const { say, accept, work, clock } = await begin();
    await accept(aCall().ringing);
    await work();
    clock.advance(MINUTE);

    await expect(say('CreateActivity', answer)).rejects.toMatchObject({ code: 'conflict' });
  });
});
