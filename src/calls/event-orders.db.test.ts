import fc from 'fast-check';
import { expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { judgingCrm } from './testing/judging-crm.ts';
import type { JudgingCrm } from './testing/judging-crm.ts';
import { openPipeline } from './testing/pipeline.ts';

const START = Date.UTC(2026, 2, 1, 8);
const at = (seconds: number): number => START + seconds * 1_000;

type Body = Readonly<Record<string, unknown>>;

const RING: Body = {
  kind: 'ringing',
  at: at(0),
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
  called_number: '+442079460000',
};
const GROUP: Body = { ...RING, extension: undefined, extensions: ['101', '102'] };
const OUT: Body = { ...RING, direction: 'outbound', called_number: '+442071838750' };

/** Calls as a phone system tells them, in order; each with the owner that its record ends with. */
const CALLS: readonly (readonly [string, readonly Body[], string | undefined])[] = [
  [
    'a conversation',
    [
      RING,
      { kind: 'answered', at: at(5), extension: '101' },
      { kind: 'ended', at: at(65), cause: '16' },
    ],
    '11',
  ],
  [
    'a blind transfer',
    [
      RING,
      { kind: 'answered', at: at(5), extension: '101' },
      { kind: 'transferred', at: at(20), extension: '102' },
      { kind: 'ended', at: at(80), duration: 75 },
    ],
    '12',
  ],
  [
    'a transfer that was answered, with a note',
    [
      RING,
      { kind: 'answered', at: at(5), extension: '101' },
      { kind: 'transferred', at: at(20), extension: '102' },
      { kind: 'answered', at: at(22), extension: '102' },
      { kind: 'noted', description: 'about the invoice' },
      { kind: 'ended', at: at(80) },
    ],
    '12',
  ],
  [
    'a group that one answers',
    [GROUP, { kind: 'answered', at: at(5), extension: '102' }, { kind: 'ended', at: at(35) }],
    '12',
  ],
  ['a group that nobody answers', [GROUP, { kind: 'ended', at: at(35), cause: '487' }], '99'],
  ['a missed call', [RING, { kind: 'ended', at: at(20) }], '11'],
  ['a busy line', [OUT, { kind: 'ended', at: at(4), cause: '486' }], '11'],
  ['a call given up', [OUT, { kind: 'ended', at: at(4), cause: '487' }], '11'],
  ['a mailbox', [RING, { kind: 'ended', at: at(40), result: 'voicemail', duration: 20 }], '11'],
];

/** What of a record must not depend on the order of arrival. */
const TOLD = [
  ...['user_id', 'activity_type', 'party_number', 'call_result', 'call_duration', 'call_cause'],
  ...['call_timestamp', 'answer_timestamp', 'call_timestop', 'description'],
];

describeDatabases('a call whose events come in any order', ({ open, dialect }) => {
  const begin = async (methods: readonly ('UpdateActivity' | 'StopCallActivity')[]) => {
    const crms: JudgingCrm[] = [];
    const pipeline = await openPipeline(open, {
      methods: ['FindContact', 'CreateActivity', ...methods],
      options: { queue_owner: '99' },
      crm: (clock) => {
        const crm = judgingCrm({ now: () => clock.now() });
        crms.push(crm);
        return crm;
      },
    });
    const [crm] = crms;
    if (crm === undefined) throw new Error('there is no CRM');
    let number = 0;
    /** Plays a call under a new id; `pause` says before which events the lanes run, after how long. */
    const play = async (
      order: readonly { readonly body: Body; readonly pause: number | undefined }[],
    ): Promise<Body> => {
      number += 1;
      const before = crm.records.length;
      for (const { body, pause } of order) {
        if (pause !== undefined) {
          pipeline.clock.advance(pause);
          await pipeline.drain();
        }
        const results = await pipeline.accept({ ...body, call_id: `c-${number}` });
        expect(results[0]?.status).not.toBe('refused');
      }
      for (let round = 0; round < 3; round += 1) {
        pipeline.clock.advance(10_000);
        await pipeline.drain();
      }
      const records = crm.records.slice(before);
      expect(records).toHaveLength(1);
      const [record] = records;
      expect(record?.stops).toBe(methods.includes('StopCallActivity') ? 1 : 0);
      expect(crm.problems).toEqual([]);
      return Object.fromEntries(TOLD.map((name) => [name, record?.values[name]]));
    };
    return { play };
  };

  const numRuns = dialect === 'sqlite' ? 40 : 3;
  const orderOf = (bodies: readonly Body[], pauses: fc.Arbitrary<number | undefined>) =>
    fc
      .tuple(
        fc.shuffledSubarray([...bodies], { minLength: bodies.length }),
        fc.subarray([...bodies]),
        fc.infiniteStream(pauses),
      )
      .map(([shuffled, repeated, stream]) =>
        [...shuffled, ...repeated].map((body) => ({ body, pause: stream.next().value })),
      );

  it.each(CALLS)('is one record, the same as in order: %s', async (_name, bodies, owner) => {
    const { play } = await begin(['UpdateActivity', 'StopCallActivity']);
    const expected = await play(bodies.map((body) => ({ body, pause: undefined })));
    expect(expected['user_id']).toBe(owner);

    await fc.assert(
      fc.asyncProperty(orderOf(bodies, fc.constant(undefined)), async (order) => {
        expect(await play(order)).toEqual(expected);
      }),
      { seed: 5, numRuns, endOnFailure: true },
    );
  });

  it.each(CALLS)('is so though the CRM is told between them: %s', async (_name, bodies) => {
    const { play } = await begin(['UpdateActivity', 'StopCallActivity']);
    const expected = await play(bodies.map((body) => ({ body, pause: undefined })));
    const pauses = fc.option(fc.constantFrom(0, 1_000, 60_000), { nil: undefined });

    await fc.assert(
      fc.asyncProperty(orderOf(bodies, pauses), async (order) => {
        expect(await play(order)).toEqual(expected);
      }),
      { seed: 6, numRuns, endOnFailure: true },
    );
  });

  it.each(CALLS)('is so without a method for the end: %s', async (_name, bodies) => {
    const { play } = await begin(['UpdateActivity']);
    const expected = await play(bodies.map((body) => ({ body, pause: undefined })));
    const pauses = fc.option(fc.constantFrom(0, 60_000), { nil: undefined });

    await fc.assert(
      fc.asyncProperty(orderOf(bodies, pauses), async (order) => {
        expect(await play(order)).toEqual(expected);
      }),
      { seed: 7, numRuns, endOnFailure: true },
    );
  });
});
