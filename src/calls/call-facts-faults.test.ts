import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CallEvent } from './call-event.ts';
import { CLOSED_WITHOUT_END, mergeEvents } from './call-facts.ts';

const NOW = Date.UTC(2026, 2, 1, 9);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

function event(kind: CallEvent['kind'], members: Partial<CallEvent> = {}): CallEvent {
  return { eventId: kind, callId: 'c', kind, extensions: [], unknownKeys: [], ...members };
}

/** Events that came a second after each other, the first at `NOW`. */
function merge(events: readonly CallEvent[]) {
  return mergeEvents(
    events.map((one, at) => ({ event: one, receivedAt: NOW + at * SECOND, sequence: at + 1 })),
  );
}

const RING = event('ringing', {
  direction: 'inbound',
  extensions: ['101'],
  callingNumber: '+442071838750',
  calledNumber: '+442079460000',
});
const at = (one: CallEvent, seconds: number): CallEvent => ({ ...one, at: NOW + seconds * SECOND });
const answer = (...extensions: readonly string[]): CallEvent => event('answered', { extensions });
const give = (...extensions: readonly string[]): CallEvent => event('transferred', { extensions });
const END = event('ended');

describe('who spoke', () => {
  it.each<[string, readonly CallEvent[], readonly string[]]>([
    ['in a call that one took', [RING, answer('101')], ['101']],
    ['after a blind transfer', [RING, answer('101'), give('102')], ['101', '102']],
    [
      'after one that was answered',
      [RING, answer('101'), give('102'), answer('102')],
      ['101', '102'],
    ],
    [
      'after a transfer back, told as transfers',
      [RING, answer('101'), give('102'), give('101')],
      ['101', '102', '101'],
    ],
    [
      'after a blind transfer that came back',
      [RING, at(answer('101'), 1), give('102'), at(answer('101'), 30)],
      ['101'],
    ],
    [
      'after a transfer to a queue',
      [RING, answer('101'), give('600'), answer('102')],
      ['101', '102'],
    ],
    [
      'after a transfer to a queue without a name',
      [RING, answer('101'), give(), answer('102')],
      ['101', '102'],
    ],
    [
      'when an answer is told twice under two ids',
      [RING, answer('101'), { ...answer('101'), eventId: 'x' }, give('102')],
      ['101', '102'],
    ],
    ['when only the end tells', [RING, { ...END, extensions: ['102'], duration: 9 }], ['102']],
    ['when nobody did', [RING, { ...END, extensions: ['102'], result: 'missed' }], []],
    [
      'when the mailbox did',
      [RING, { ...END, extensions: ['102'], result: 'voicemail', duration: 9 }],
      [],
    ],
  ])('%s', (_name, events, expected) => {
    expect(merge(events).spoke).toEqual(expected);
  });
});

describe('how a call went', () => {
  const outbound = { ...RING, direction: 'outbound' as const };
  it.each<[string, readonly CallEvent[], object]>([
    ['missed', [RING, END], { result: 'missed', duration: 0 }],
    ['missed, with words', [RING, { ...END, cause: '487' }], { result: 'missed' }],
    ['busy', [outbound, { ...END, cause: '486 Busy Here' }], { result: 'busy' }],
    ['busy, by Q.850', [outbound, { ...END, cause: '17' }], { result: 'busy' }],
    ['given up', [outbound, { ...END, cause: 'ORIGINATOR_CANCEL' }], { result: 'cancelled' }],
    ['failed', [outbound, { ...END, cause: 'SIP/503' }], { result: 'failed' }],
    [
      'to the mailbox',
      [RING, { ...END, result: 'voicemail', duration: 20 }],
      { result: 'voicemail', duration: 20 },
    ],
    [
      'without ring or answer',
      [{ ...END, duration: 30, calledNumber: '101', extensions: ['101'] }],
      { result: 'answered', direction: 'inbound', withoutRing: true },
    ],
    [
      'out, without its ring',
      [{ ...END, callingNumber: '101', extensions: ['101'] }],
      { direction: 'outbound', result: 'cancelled' },
    ],
    [
      'without its ring, to a queue',
      [{ ...END, queue: 'Sales' }],
      { direction: 'inbound', result: 'missed' },
    ],
    ['without anything', [END], { result: 'missed', duration: 0, startedAt: NOW, endedAt: NOW }],
    [
      'closed by us',
      [RING, answer('101'), { ...END, cause: CLOSED_WITHOUT_END }],
      { result: 'answered', durationUnknown: true },
    ],
    [
      'closed by us, never answered',
      [RING, { ...END, cause: CLOSED_WITHOUT_END }],
      { durationUnknown: true },
    ],
    [
      'closed by us, and its end came after all',
      [
        RING,
        answer('101'),
        { ...END, cause: CLOSED_WITHOUT_END },
        { ...END, cause: '16', duration: 63 },
      ],
      { result: 'answered', durationUnknown: false, duration: 63, cause: '16' },
    ],
    [
      'in a group whose phones each report an end',
      [
        { ...RING, extensions: ['101', '102'] },
        answer('102'),
        { ...END, eventId: 'a', extensions: ['101'], result: 'missed', duration: 0, cause: '26' },
        {
          ...END,
          eventId: 'b',
          extensions: ['102'],
          result: 'answered',
          duration: 60,
          cause: '16',
        },
      ],
      { result: 'answered', duration: 60, cause: '16' },
    ],
    [
      'with a recording of another length',
      [RING, { ...END, duration: 60 }, event('recorded', { duration: 55 })],
      { duration: 60 },
    ],
  ])('%s', (_name, events, expected) => {
    const facts = merge(events);

    expect(facts).toMatchObject(expected);
    // What the parts of a group report, in whatever order.
    expect({ ...merge(events.toReversed()), startedAt: 0, endedAt: 0 }).toMatchObject({
      ...expected,
      ...('startedAt' in expected ? { startedAt: 0, endedAt: 0 } : {}),
    });
  });
});

describe('the times of a call', () => {
  const call = (ring: number, taken: number, end: number): readonly CallEvent[] => [
    at(RING, ring),
    at(answer('101'), taken),
    at(END, end),
  ];
  const YEARS = 5 * 365 * 24 * 3_600;
  it.each<[string, readonly CallEvent[], object]>([
    ['are told', call(-70, -63, -3), { startedAt: NOW - 70_000, duration: 60 }],
    [
      'are of a clock hours ahead',
      call(7_200, 7_205, 7_265),
      { startedAt: NOW + 2 * HOUR, duration: 60 },
    ],
    [
      'are of a clock years ahead: ours stand in',
      call(YEARS, YEARS + 5, YEARS + 65),
      { startedAt: NOW, answeredAt: NOW + SECOND, endedAt: NOW + 2 * SECOND, duration: 1 },
    ],
    [
      'are of a clock years behind',
      call(-YEARS, -YEARS + 5, -YEARS + 65),
      { startedAt: NOW - YEARS * SECOND, duration: 60 },
    ],
    [
      'are seconds in place of milliseconds',
      [
        { ...RING, at: NOW / SECOND },
        { ...answer('101'), at: NOW / SECOND + 5 },
        { ...END, at: NOW / SECOND + 65 },
      ],
      { startedAt: NOW, duration: 1 },
    ],
    ['are of 1970', [{ ...RING, at: 0 }, END], { startedAt: NOW, endedAt: NOW + SECOND }],
    [
      'run backwards before the answer',
      call(0, -3_600, 60),
      { startedAt: NOW, answeredAt: NOW, endedAt: NOW + 60_000, duration: 3_660 },
    ],
    [
      'run backwards before the end',
      call(0, 5, -3_600),
      { startedAt: NOW, endedAt: NOW + 2 * SECOND, duration: undefined },
    ],
    [
      'run backwards, with a duration',
      [at(RING, 0), answer('101'), { ...at(END, -3_600), duration: 40 }],
      { startedAt: NOW, endedAt: NOW + 40_000, duration: 40 },
    ],
    [
      'are told of the ring only, by a clock ahead',
      [at(RING, 3_600), answer('101'), END],
      { startedAt: NOW + HOUR, endedAt: NOW + HOUR + 2 * SECOND, duration: 1 },
    ],
    [
      'are told of the answer only, by a clock behind',
      [RING, at(answer('101'), -3_600), END],
      { startedAt: NOW, answeredAt: NOW, duration: 1 },
    ],
    [
      'are told of the end, with a duration and no ring',
      [{ ...at(END, 0), duration: 30 }],
      { startedAt: NOW - 30_000, endedAt: NOW },
    ],
    [
      'are told by nobody, and the ring came after the end',
      [{ ...END, duration: 1_800, result: 'answered' }, RING],
      { startedAt: NOW - 1_800_000, endedAt: NOW, duration: 1_800 },
    ],
    [
      'are told of the end, and the ring came after it',
      [{ ...at(END, -5), duration: 60 }, RING],
      { startedAt: NOW - 65_000, endedAt: NOW - 5_000 },
    ],
    [
      'are told by nobody, and ring and answer came after the end',
      [{ ...END, duration: 60 }, answer('101'), RING],
      { startedAt: NOW - 60_000, answeredAt: NOW - 60_000, endedAt: NOW },
    ],
    [
      'are told by nobody, and the ring of a missed call came after its end',
      [{ ...END, result: 'missed' }, RING],
      { startedAt: NOW, endedAt: NOW },
    ],
    [
      'are of phones that rang one after the other',
      [at({ ...RING, extensions: ['102'] }, 20), at(RING, 0)],
      { startedAt: NOW },
    ],
  ])('%s', (_name, events, expected) => {
    const facts = merge(events);

    expect({ duration: undefined, ...facts }).toMatchObject(expected);
    expect(facts.endedAt ?? Infinity).toBeGreaterThanOrEqual(facts.startedAt);
    expect(facts.answeredAt ?? Infinity).toBeGreaterThanOrEqual(facts.startedAt);
  });

  it('never contradict each other, whatever the clock tells', () => {
    const time = fc.option(fc.integer({ min: -3e9, max: 3e9 }), { nil: undefined });
    const kind = fc.constantFrom<CallEvent['kind']>(
      'ringing',
      'answered',
      'transferred',
      'ended',
      'noted',
    );
    const events = fc.array(
      fc.record({ kind, offset: time, duration: fc.option(fc.nat(9_999), { nil: undefined }) }),
      { minLength: 1, maxLength: 8 },
    );

    fc.assert(
      fc.property(events, (told) => {
        const facts = merge(
          told.map(({ kind: of, offset, duration }) =>
            event(of, {
              ...(offset === undefined ? {} : { at: NOW + offset }),
              ...(duration === undefined ? {} : { duration }),
            }),
          ),
        );
        const { startedAt, answeredAt = startedAt, endedAt = Infinity } = facts;
        expect(startedAt).toBeLessThanOrEqual(answeredAt);
        expect(answeredAt).toBeLessThanOrEqual(endedAt);
        expect(facts.duration ?? 0).toBeGreaterThanOrEqual(0);
        const isTold = told.some(({ offset }) => offset !== undefined);
        // An end that nobody told the time of was over when we heard of it.
        if (!isTold && facts.endedAt !== undefined) {
          const last = told.findLastIndex(({ kind: of }) => of === 'ended');
          expect(facts.endedAt).toBeLessThanOrEqual(NOW + last * SECOND);
        }
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });
});

describe('any order of arrival', () => {
  const CALLS: readonly (readonly CallEvent[])[] = [
    [
      at(RING, 0),
      at(answer('101'), 5),
      at(give('102'), 20),
      { ...at(END, 65), cause: '16' },
      event('noted', { description: 'x', contactId: '9' }),
    ],
    [
      at({ ...RING, extensions: ['101'] }, 0),
      at({ ...RING, extensions: ['102'], eventId: 'r2' }, 1),
      at(answer('102'), 4),
      at(END, 30),
    ],
    [
      at({ ...RING, direction: 'outbound' }, 0),
      { ...at(END, 9), cause: '486' },
      event('recorded', { recording: { url: 'https://pbx.test/1' } }),
    ],
    [
      at(RING, 0),
      { ...at(END, 9), cause: CLOSED_WITHOUT_END, eventId: 'ours' },
      at(END, 20),
      at(answer('101'), 2),
    ],
    [
      at(RING, 0),
      { ...at(END, 9), eventId: 'a', result: 'missed' as const, extensions: ['102'] },
      {
        ...at(END, 60),
        eventId: 'b',
        result: 'answered' as const,
        duration: 50,
        extensions: ['101'],
      },
    ],
  ];

  it.each(CALLS.map((call, number) => [number, call] as const))(
    'leads to the same call (%s)',
    (_number, call) => {
      // Extensions that rang are a set; who is told of first stands first.
      const fold = (events: readonly CallEvent[]) => {
        const facts = merge(events);
        return { ...facts, ringing: facts.ringing.toSorted() };
      };
      const expected = fold(call);

      fc.assert(
        fc.property(
          fc.shuffledSubarray([...call], { minLength: call.length }),
          fc.subarray([...call]),
          (shuffled, repeated) => {
            expect(fold([...shuffled, ...repeated])).toEqual(expected);
          },
        ),
        { seed: 11, numRuns: 300 },
      );
    },
  );
});
