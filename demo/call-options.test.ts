import { describe, expect, it } from 'vitest';

import { readCallOptions } from './call-options.ts';
import { firstRecords } from './crm/seed/first-records.ts';
import { withNumber } from './crm/find-contacts.ts';

const NOW = Date.parse('2026-03-02T12:00:00.000Z');
const read = (line: string) =>
  readCallOptions(
    line.split(' ').filter((word) => word !== ''),
    NOW,
  );

describe('the options of a demo call', () => {
  it('are, without any: Alice Smith calls Nadia, who answers, and a recording follows', () => {
    expect(read('')).toEqual({
      status: 'read',
      options: {
        data: 'data/demo',
        direction: 'inbound',
        result: 'answered',
        other: '+442079460018',
        extension: '201',
        note: undefined,
        withRecording: true,
      },
    });
  });

  it.each([
    ['--missed', { result: 'missed', withRecording: false }],
    ['--outbound --to 203', { direction: 'outbound', extension: '203' }],
    ['--from +4930231254 --without-recording', { other: '+4930231254', withRecording: false }],
    ['--note Hello', { note: 'Hello' }],
    ['--with-recording', { withRecording: true }],
  ])('%s', (line, options) => {
    expect(read(line)).toMatchObject({ status: 'read', options });
  });

  it.each([
    ['--bogus'],
    ['--unknown --from +44'],
    ['--missed --with-recording'],
    ['--with-recording --without-recording'],
    ['stray'],
  ])('refuse %s', (line) => {
    expect(read(line)).toMatchObject({ status: 'wrong', message: expect.stringMatching(/./) });
  });

  it('lead to their explanation', () => {
    expect([read('-h'), read('--help --missed')]).toEqual([{ status: 'help' }, { status: 'help' }]);
  });

  it('let somebody call whom the CRM does not know, another one each second', () => {
    const { contacts } = firstRecords(NOW);
    const numbers = Array.from({ length: 500 }, (_, second) => {
      const answer = readCallOptions(['--unknown'], NOW + second * 1000);
      return answer.status === 'read' ? answer.options.other : '';
    });

    expect(new Set(numbers).size).toBe(500);
    expect(numbers.flatMap((number) => withNumber(contacts, number))).toEqual([]);
  });
});
