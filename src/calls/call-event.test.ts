import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseCallEvent } from './call-event.ts';

const RINGING = {
  event_id: 'e-1',
  call_id: 'c-1',
  kind: 'ringing',
  direction: 'inbound',
  extension: '101',
  calling_number: '+442071838750',
};

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { a: [value] };
  return value;
}

describe('a call event', () => {
  it.each([
    ['no object', 7, 'not_an_object', ''],
    ['a list', [RINGING], 'not_an_object', ''],
    ['no call_id', { ...RINGING, call_id: undefined }, 'missing_field', 'call_id'],
    ['a blank call_id', { ...RINGING, call_id: '  ' }, 'missing_field', 'call_id'],
    ['no kind', { ...RINGING, kind: undefined }, 'missing_field', 'kind'],
    ['an unknown kind', { ...RINGING, kind: 'sung' }, 'invalid_field', 'kind'],
    ['no direction', { ...RINGING, direction: undefined }, 'missing_field', 'direction'],
    ['no extension', { ...RINGING, extension: undefined }, 'missing_field', 'extension'],
    [
      'an empty list of extensions',
      { ...RINGING, extension: null, extensions: [] },
      'missing_field',
      'extension',
    ],
    [
      'no number of the caller',
      { ...RINGING, calling_number: null },
      'missing_field',
      'calling_number',
    ],
    ['no number dialled', { ...RINGING, direction: 'outbound' }, 'missing_field', 'called_number'],
    ['a negative duration', { ...RINGING, duration: -1 }, 'invalid_field', 'duration'],
    ['a member without bottom', { ...RINGING, more: nested(2_000) }, 'invalid_field', ''],
    ['a call_id without end', { ...RINGING, call_id: 'x'.repeat(201) }, 'invalid_field', 'call_id'],
    [
      'a script as address',
      { ...RINGING, recording: { url: 'javascript:alert(1)' } },
      'invalid_field',
      'recording.url',
    ],
  ])('is refused with %s', (_name, body, code, field) => {
    const parsed = parseCallEvent(body);

    expect(parsed).toMatchObject({ ok: false, code, field });
  });

  it.each([
    ['epoch milliseconds', 1_772_355_600_000],
    ['digits', '1772355600000'],
    ['ISO 8601 with zone', '2026-03-01T09:00:00Z'],
    ['ISO 8601 with offset', '2026-03-01T10:00:00+01:00'],
    ['ISO 8601 with a compact offset', '2026-03-01T10:00:00.000+0100'],
    ["mission.txt's form without zone", '2026-03-01 09:00:00.000'],
  ])('has its time as %s', (_name, at) => {
    const parsed = parseCallEvent({ ...RINGING, at });

    expect(parsed).toMatchObject({ ok: true, event: { at: Date.UTC(2026, 2, 1, 9) } });
  });

  it.each([
    ['is no time', 'yesterday'],
    ['is the zero of a database', '0000-00-00 00:00:00'],
    ['is a day that February does not have', '2024-02-30T10:00:00Z'],
    ['is a day that no other year has', '2023-02-29 10:00:00'],
    ['is beyond what a date can hold', 2 ** 53 - 1],
    ['is in microseconds', 1_772_355_600_000_000],
    ['has no end', 1e300],
    ['is before all dates', 1 - 2 ** 53],
    ['is negative', -5],
    ['is a truth', true],
    ['is a list', []],
  ])('is taken in without its time, which %s', (_name, at) => {
    const parsed = parseCallEvent({ ...RINGING, at });

    expect(parsed).toMatchObject({ ok: true, event: { unreadableTimes: ['at'] } });
    expect(parsed.ok && parsed.event.at).toBe(undefined);
  });

  it.each([
    ['a leap day', '2024-02-29T10:00:00Z', Date.UTC(2024, 1, 29, 10)],
    ['parts of a millisecond', 1_772_355_600_000.75, Date.UTC(2026, 2, 1, 9)],
    [
      'such parts, kept as digits',
      JSON.rawJSON('1772355600000.123456789012'),
      Date.UTC(2026, 2, 1, 9),
    ],
    ['blanks alone', '  ', undefined],
  ])('has a time of %s', (_name, told, at) => {
    const parsed = parseCallEvent({ ...RINGING, at: told });

    expect(parsed.ok && [parsed.event.at, parsed.event.unreadableTimes]).toEqual([at, undefined]);
  });

  it('keeps unknown members and names them', () => {
    const parsed = parseCallEvent({ ...RINGING, mood: 'good', weather: {} });

    expect(parsed).toMatchObject({ ok: true, event: { unknownKeys: ['mood', 'weather'] } });
  });

  it('names the beginning of an unknown member, however long it is', () => {
    const parsed = parseCallEvent({ ...RINGING, ['x'.repeat(9_000)]: 1 });

    expect(parsed).toMatchObject({ ok: true, event: { unknownKeys: ['x'.repeat(100)] } });
  });

  it.each([
    [{ kind: 'sung' }, /^`kind` must be one of `ringing`, .*`recorded`$/],
    [{ call_id: 'x'.repeat(201) }, /^`call_id` must have at most 200 characters$/],
    [{ duration: -1 }, /^`duration` must be at least 0$/],
    [{ recording: 'a' }, /^`recording` must be an object, not text$/],
  ])('says what is wrong with %j in plain words', (members, words) => {
    expect(parseCallEvent({ ...RINGING, ...members })).toMatchObject({
      ok: false,
      message: expect.stringMatching(words),
    });
  });

  it('reads numbers where texts are expected, without losing a digit', () => {
    const parsed = parseCallEvent({
      ...RINGING,
      extension: 101,
      call_id: JSON.rawJSON('9007199254740993123'),
    });

    expect(parsed).toMatchObject({
      ok: true,
      event: { extensions: ['101'], callId: '9007199254740993123' },
    });
  });

  it('without an id is known by its content, whatever the order of its members', () => {
    const { event_id: _left, ...body } = RINGING;
    const first = parseCallEvent(body);
    const second = parseCallEvent(Object.fromEntries(Object.entries(body).toReversed()));
    const other = parseCallEvent({ ...body, extension: '102' });

    expect(first.ok && second.ok && first.event.eventId === second.event.eventId).toBe(true);
    expect(first.ok && other.ok && first.event.eventId !== other.event.eventId).toBe(true);
  });

  it('loses NUL and lone surrogates, which databases treat differently', () => {
    const parsed = parseCallEvent({ ...RINGING, subject: 'a\u0000b\ud800c' });

    expect(parsed).toMatchObject({ ok: true, event: { subject: 'ab\ufffdc' } });
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        const parsed = parseCallEvent(body);

        return typeof parsed.ok === 'boolean';
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
