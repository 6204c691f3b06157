import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CallEvent } from './call-event.ts';
import { CLOSED_WITHOUT_END, mergeEvents } from './call-facts.ts';
import { defined } from './defined.ts';

const RECEIVED = Date.UTC(2026, 2, 1, 9);

function event(kind: CallEvent['kind'], members: Partial<CallEvent> = {}): CallEvent {
  return { eventId: `${kind}-1`, callId: 'c-1', kind, extensions: [], unknownKeys: [], ...members };
}

function merge(...events: readonly CallEvent[]) {
  return mergeEvents(
    events.map((one, at) => ({ event: one, receivedAt: RECEIVED + at * 1_000, sequence: at + 1 })),
  );
}

const RINGING = event('ringing', {
  direction: 'inbound',
  extensions: ['101'],
  callingNumber: '+442071838750',
  at: RECEIVED,
});
const ANSWERED = event('answered', { extensions: ['101'], at: RECEIVED + 5_000 });
const ENDED = event('ended', { at: RECEIVED + 68_000 });

describe('what is known of a call', () => {
  it.each<[string, readonly CallEvent[], object]>([
    ['a ring', [RINGING], { phase: 'ringing', ringing: ['101'], spoke: [] }],
    ['an answer', [RINGING, ANSWERED], { phase: 'answered', spoke: ['101'] }],
    [
      'a conversation',
      [RINGING, ANSWERED, ENDED],
      { phase: 'ended', result: 'answered', duration: 63 },
    ],
    ['a missed call', [RINGING, ENDED], { phase: 'ended', result: 'missed', duration: 0 }],
    [
      'a busy line',
      [
        { ...RINGING, direction: 'outbound' },
        { ...ENDED, cause: '486' },
      ],
      { result: 'busy' },
    ],
    [
      'a call that the caller gave up',
      [
        { ...RINGING, direction: 'outbound' },
        { ...ENDED, cause: '487' },
      ],
      { result: 'cancelled' },
    ],
    [
      'a failure',
      [
        { ...RINGING, direction: 'outbound' },
        { ...ENDED, cause: '503' },
      ],
      { result: 'failed' },
    ],
    [
      'a result that is told',
      [RINGING, { ...ENDED, result: 'voicemail' }],
      { result: 'voicemail' },
    ],
    [
      'an end that tells who spoke and how long',
      [RINGING, { ...ENDED, extensions: ['102'], duration: 7 }],
      { result: 'answered', spoke: ['102'], duration: 7 },
    ],
    [
      'a transfer',
      [RINGING, ANSWERED, event('transferred', { extensions: ['102'] })],
      { spoke: ['101', '102'] },
    ],
    [
      'a transfer whose answer is told late',
      [RINGING, event('transferred', { extensions: ['102'] }), ANSWERED],
      { spoke: ['101', '102'] },
    ],
    [
      'an end before its ring',
      [ENDED, RINGING],
      { phase: 'ended', direction: 'inbound', result: 'missed', withoutRing: false },
    ],
    ['an end without a ring', [ENDED], { phase: 'ended', withoutRing: true }],
    [
      'an end that was never told',
      [RINGING, ANSWERED, event('ended', { cause: CLOSED_WITHOUT_END })],
      { phase: 'ended', durationUnknown: true, result: 'answered' },
    ],
  ])('after %s', (_name, events, expected) => {
    expect(merge(...events)).toMatchObject(expected);
  });

  it('is not taken from a clock that runs backwards', () => {
    const facts = merge(RINGING, ANSWERED, { ...ENDED, at: RECEIVED - 3_600_000 });

    expect(facts.duration).toBeUndefined();
    expect(facts.phase).toBe('ended');
  });

  it('has our time where the phone system tells one that cannot be', () => {
    const facts = merge({ ...RINGING, at: 1_700 });

    expect(facts.startedAt).toBe(RECEIVED);
  });

  it('keeps what was told first, and takes the newest of what people write', () => {
    const facts = merge(
      RINGING,
      event('noted', { description: 'first', callingNumber: '+1', contactId: '1' }),
      event('noted', { description: 'second', contactId: '2' }),
    );

    expect(facts).toMatchObject({
      callingNumber: '+442071838750',
      description: 'second',
      contactId: '2',
    });
  });

  it.each([
    ['the kind that was told with it', [['1', 'lead']], { contactId: '1', contactType: 'lead' }],
    ['no kind of another contact', [['1', 'lead'], ['2']], { contactId: '2' }],
    [
      'the kind that was told of it before',
      [['1', 'lead'], ['1']],
      { contactId: '1', contactType: 'lead' },
    ],
    ['no kind that was told without a contact', [['1'], [undefined, 'lead']], { contactId: '1' }],
  ])('has a chosen contact with %s', (_name, told, expected) => {
    const chosen = told.map(([contactId, contactType]) =>
      event('noted', defined({ contactId, contactType })),
    );

    const { contactId, contactType } = merge(RINGING, ...chosen);

    expect(defined({ contactId, contactType })).toEqual(expected);
  });

  it('counts a recording that is told twice once, with all that was told', () => {
    const url = 'https://pbx.test/1.wav';
    const facts = merge(
      event('recorded', { recording: { url } }),
      event('recorded', { recording: { url, filename: '1.wav' } }),
    );

    expect(facts.recordings).toEqual([{ key: url, url, filename: '1.wav' }]);
  });

  it('is the same in whatever order events of different kinds arrive', () => {
    const events = [RINGING, ANSWERED, ENDED, event('noted', { description: 'x' })];
    const expected = merge(...events);

    fc.assert(
      fc.property(fc.shuffledSubarray(events, { minLength: 4 }), (shuffled) => {
        expect(merge(...shuffled)).toEqual(expected);
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});
