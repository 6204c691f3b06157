import { describe, expect, it } from 'vitest';

import type { CallEvent } from './call-event.ts';
import { CLOSED_WITHOUT_END, mergeEvents } from './call-facts.ts';
import { isAnotherCall, whichCall } from './which-call.ts';

const NOW = Date.UTC(2026, 2, 1, 9);
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function event(kind: CallEvent['kind'], members: Partial<CallEvent> = {}): CallEvent {
  return { eventId: kind, callId: 'c', kind, extensions: [], unknownKeys: [], ...members };
}

const RING = event('ringing', {
  direction: 'inbound',
  extensions: ['101'],
  callingNumber: '+442071838750',
  calledNumber: '+442079460000',
  at: NOW,
});
const END = event('ended', { at: NOW + MINUTE });
const RING_AGAIN = { ...RING, at: NOW + 10 * MINUTE };
const { at: _told, ...UNTIMED } = RING;

function known(...events: readonly CallEvent[]) {
  return {
    createdAt: NOW,
    facts: mergeEvents(
      events.map((one, at) => ({ event: one, receivedAt: NOW + at, sequence: at + 1 })),
    ),
  };
}

describe('an event with the id of a call that is known', () => {
  it.each<[string, readonly CallEvent[], CallEvent, number, boolean]>([
    ['a second phone of the group', [RING], { ...RING, extensions: ['102'] }, 0, false],
    ['a phone after a transfer', [RING, event('answered')], RING_AGAIN, 10, false],
    ['a ring after its end', [END], RING, 1, false],
    [
      'a ring after the end, told of before',
      [RING, END],
      { ...RING, extensions: ['102'] },
      5,
      false,
    ],
    ['a ring without a time after the end', [RING, END], UNTIMED, 5, false],
    ['a later ring of the same person', [RING, END], RING_AGAIN, 10, true],
    ['a ring of somebody else', [RING, END], { ...UNTIMED, callingNumber: '+15550100' }, 5, true],
    [
      'a ring the other way, with the same number on the other side',
      [RING, END],
      { ...UNTIMED, direction: 'outbound', calledNumber: '+442071838750' },
      5,
      true,
    ],
    [
      'a ring of another phone a moment after the end, by a clock a little off',
      [RING, END],
      { ...RING, at: NOW + MINUTE + 4_000 },
      2,
      false,
    ],
    ['a ring 6 s after the end', [RING, END], { ...RING, at: NOW + MINUTE + 6_000 }, 2, true],
    ['somebody else while it goes on', [RING], { ...RING, callingNumber: '+15550100' }, 5, false],
    ['a ring a day later', [RING], RING_AGAIN, 25 * 60, true],
    ['a note a day later', [RING, END], event('noted'), 25 * 60, false],
    ['a recording a day later', [RING, END], event('recorded'), 25 * 60, false],
    ['an answer a day later', [RING, END], event('answered'), 25 * 60, true],
    [
      'an answer a day later, told of then',
      [RING, END],
      event('answered', { at: NOW }),
      25 * 60,
      false,
    ],
    ['an end a day later of a call that goes on', [RING], END, 25 * 60, false],
    [
      'an end that was kept back for days, of a call that we have ended',
      [RING, event('ended', { cause: CLOSED_WITHOUT_END })],
      event('ended'),
      3 * 24 * 60,
      false,
    ],
  ])('is of another call: %s', (_name, events, next, minutes, expected) => {
    expect(isAnotherCall(known(...events), next, NOW + minutes * MINUTE)).toBe(expected);
  });

  it.each<[string, Partial<CallEvent>, string]>([
    ['told before the newer one began', { at: NOW + 5 * MINUTE }, 'older'],
    ['told since', { at: NOW + DAY + MINUTE }, 'newer'],
    ['told at its very beginning, by a clock a little off', { at: NOW + DAY - 1_000 }, 'newer'],
    ['told 6 s before its beginning', { at: NOW + DAY - 6_000 }, 'older'],
    ['without a time', {}, 'newer'],
    ['with a time that cannot be', { at: 12 }, 'newer'],
    ['told before both', { at: NOW - DAY }, 'newer'],
  ])('is of the one of two calls: %s', (_name, members, expected) => {
    const calls = [
      { name: 'newer', ...known({ ...RING, at: NOW + DAY }) },
      { name: 'older', ...known(RING, END) },
    ];

    const found = whichCall(calls, event('recorded', members), NOW + DAY + 2 * MINUTE);

    expect(found?.name).toBe(expected);
  });
});
