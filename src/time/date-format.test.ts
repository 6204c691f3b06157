import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDatePattern, formatDate, formatIso, parseDate, parseIso } from './date-format.ts';

const AFTERNOON = Date.UTC(2024, 8, 10, 15, 4, 5, 6);
const ZONES = [
  'UTC',
  'Europe/London',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  '+02:00',
  'Pacific/Apia',
  'America/St_Johns',
];

describe('a date is written by its pattern', () => {
  const cases = [
    { pattern: 'yyyy-MM-dd HH:mm:ss.SSS', zone: 'UTC', text: '2024-09-10 15:04:05.006' },
    { pattern: 'dd.MM.yyyy HH:mm', zone: 'Europe/London', text: '10.09.2024 16:04' },
    { pattern: 'd/M/yy h:mm a', zone: 'America/New_York', text: '10/9/24 11:04 AM' },
    { pattern: 'hh:mm a', zone: 'UTC', text: '03:04 PM' },
    {
      pattern: "yyyy-MM-dd'T'HH:mm:ssXXX",
      zone: 'Asia/Kolkata',
      text: '2024-09-10T20:34:05+05:30',
    },
    { pattern: 'yyyy-MM-ddTHH:mm:ssXXX', zone: 'UTC', text: '2024-09-10T15:04:05Z' },
    { pattern: 'yyyy-MM-ddTHH:mm:ss.SSSZ', zone: 'UTC', text: '2024-09-10T15:04:05.006+0000' },
    { pattern: 'HHmmXX', zone: 'America/St_Johns', text: '1234-0230' },
    { pattern: 'EEE, d MMM yyyy', zone: 'UTC', text: 'Tue, 10 Sep 2024' },
    { pattern: 'EEEE MMMM', zone: 'UTC', text: 'Tuesday September' },
    { pattern: "h 'o''clock' ''a''", zone: 'UTC', text: "3 o'clock 'PM'" },
    { pattern: 'H:m:s', zone: 'Pacific/Apia', text: '4:4:5' },
  ];

  it.each(cases)('$pattern in $zone', ({ pattern, zone, text }) => {
    expect(formatDate(AFTERNOON, pattern, zone)).toBe(text);
  });

  it('midnight is 00, or 12 AM', () => {
    expect(formatDate(Date.UTC(2024, 0, 1), 'HH hh a', 'UTC')).toBe('00 12 AM');
  });

  it.each([
    ['an unknown zone', AFTERNOON, 'yyyy', 'Europe/Nowhere'],
    ['a pattern without a field', AFTERNOON, '- -', 'UTC'],
    ['no number', Number.NaN, 'yyyy', 'UTC'],
    ['the year 10000', Date.UTC(10_000, 0, 1), 'yyyy', 'UTC'],
    ['an instant that no date reaches', 1e300, 'yyyy', 'Europe/London'],
  ])('%s has no text', (_name, instant, pattern, zone) => {
    expect(formatDate(instant, pattern, zone)).toBeUndefined();
  });
});

describe('a pattern that cannot be used is explained', () => {
  it.each([
    ['YYYY-MM-DD', 0, 'write "yyyy"'],
    ['yyyy-MM-DD', 8, 'write "dd"'],
    ['yyyy-qq', 5, '"qq" is no field'],
    ["yyyy 'T", 5, 'never closed'],
    ['--', 0, 'no field'],
    ['y'.repeat(101), 100, 'at most 100'],
  ])('%s', (pattern, offset, words) => {
    const problem = checkDatePattern(pattern);

    expect(problem?.offset).toBe(offset);
    expect(problem?.message).toContain(words);
  });
});

describe('a date is read by its pattern', () => {
  it.each([
    ['2024-09-10 16:04', 'yyyy-MM-dd HH:mm', 'Europe/London', '2024-09-10T15:04:00.000Z'],
    ['10/9/24 11:04 am', 'd/M/yy h:mm a', 'UTC', '2024-09-10T11:04:00.000Z'],
    ['12:00 AM 1 Jan 1970', 'h:mm a d MMM yyyy', 'UTC', '1970-01-01T00:00:00.000Z'],
    ['2024-09-10+02:00', 'yyyy-MM-ddXXX', 'America/New_York', '2024-09-09T22:00:00.000Z'],
    ['20240910', 'yyyyMMdd', 'UTC', '2024-09-10T00:00:00.000Z'],
    ['Tuesday 2024 SEPTEMBER 10', 'EEEE yyyy MMMM d', 'UTC', '2024-09-10T00:00:00.000Z'],
  ])('%s as %s in %s', (text, pattern, zone, iso) => {
    expect(formatIso(parseDate(text, pattern, zone) ?? NaN)).toBe(iso);
  });

  it.each([
    ['2024-02-30', 'yyyy-MM-dd'],
    ['2024-13-01', 'yyyy-MM-dd'],
    ['2024-09-10 ', 'yyyy-MM-dd'],
    ['24-09-10', 'yyyy-MM-dd'],
    ['2024-09-10 24:00', 'yyyy-MM-dd HH:mm'],
    ['2024-09-10 13:00 PM', 'yyyy-MM-dd h:mm a'],
    ['15:00', 'HH:mm'],
    ['٢٠٢٤-09-10', 'yyyy-MM-dd'],
  ])('%s is not %s', (text, pattern) => {
    expect(parseDate(text, pattern, 'UTC')).toBeUndefined();
  });

  it('an hour that comes twice is the first, one left out counts with the offset before', () => {
    const pattern = 'yyyy-MM-dd HH:mm';

    const twice = parseDate('2024-10-27 01:30', pattern, 'Europe/London');
    const never = parseDate('2024-03-31 01:30', pattern, 'Europe/London');

    expect(twice).toBe(Date.UTC(2024, 9, 27, 0, 30));
    expect(never).toBe(Date.UTC(2024, 2, 31, 1, 30));
  });

  const instants = fc.integer({ min: Date.UTC(1973, 0, 1), max: Date.UTC(2100, 0, 1) });

  it('what was written with an offset is read back exactly', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (instant, zone) => {
        const pattern = "EEE d MMM yyyy 'at' hh:mm:ss.SSS a XXX";
        expect(parseDate(formatDate(instant, pattern, zone) ?? '', pattern, zone)).toBe(instant);
      }),
      { seed: 1 },
    );
  });

  it('what was written without an offset is read as an instant of the same text', () => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...ZONES), (instant, zone) => {
        const pattern = 'yyyy-MM-dd HH:mm:ss.SSS';
        const text = formatDate(instant, pattern, zone) ?? '';
        expect(formatDate(parseDate(text, pattern, zone) ?? NaN, pattern, zone)).toBe(text);
      }),
      { seed: 2 },
    );
  });
});

describe('anything like ISO 8601 is read', () => {
  it.each([
    ['2024-09-10T15:00:00.000Z', '2024-09-10T15:00:00.000Z'],
    ['2024-09-10 15:00:00.5', '2024-09-10T15:00:00.500Z'],
    ['2024-09-10T15:00', '2024-09-10T15:00:00.000Z'],
    ['2024-09-10', '2024-09-10T00:00:00.000Z'],
    ['2024-09-10T15:00:00+0200', '2024-09-10T13:00:00.000Z'],
    ['2024-09-10T15:00:00 -05', '2024-09-10T20:00:00.000Z'],
    ['2024-09-10t15:00:00,123456789z', '2024-09-10T15:00:00.123Z'],
    ['20240910T150000Z', '2024-09-10T15:00:00.000Z'],
    [' 2024-09-10 15:00:00 ', '2024-09-10T15:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(formatIso(parseIso(text) ?? NaN)).toBe(iso);
  });

  it('without an offset it is in the zone that is told', () => {
    expect(parseIso('2024-09-10 15:00', 'Europe/London')).toBe(Date.UTC(2024, 8, 10, 14));
  });

  it.each(['', 'soon', '2024', '2024-09-31', '2024-09-10Z', '2024-09-10T15:00Zx', '1725980400000'])(
    '%s is none',
    (text) => {
      expect(parseIso(text)).toBeUndefined();
    },
  );

  it('reads back what formatIso writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), (instant) => {
        expect(parseIso(formatIso(instant) ?? '')).toBe(instant);
      }),
      { seed: 3 },
    );
  });

  it('never throws, whatever the text, the pattern and the zone are', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        fc.double(),
        (text, pattern, zone, number) => {
          parseIso(text, zone);
          parseDate(text, pattern, zone);
          formatDate(number, pattern, zone);
          formatIso(number);
        },
      ),
      { seed: 4 },
    );
  });
});
