import { describe, expect, it } from 'vitest';
import {
  bodyText,
  renderBody,
  renderDocument,
  renderPath,
  requestOf,
} from '../testing/render-request.ts';

const START = 1_725_980_400_000;

describe('types of values', () => {
  it.each([
    ['number', '42', 42],
    ['Number', '42', 42],
    ['number', '0042', '0042'],
    ['number', '1.50', 1.5],
    ['boolean', 'yes', true],
    ['boolean', '0', false],
    ['boolean', 'maybe', 'maybe'],
    ['string', '42', '42'],
    ['ISO8601Date', '2024-09-10 15:00', '2024-09-10T15:00:00.000Z'],
    ['ISO8601Date', 'soon', 'soon'],
    ['date', '2024-09-10T23:30:00Z', '2024-09-10'],
    ['epoch_seconds', '1725980400', 1_725_980_400],
    ['object', '{"a":[1]}', { a: [1] }],
  ])('%s writes %s', (type, text, expected) => {
    const document = { parameters: { ref_value: type } };

    expect(renderBody({ a: '$ref_value$' }, { document, values: { ref_value: text } })).toEqual({
      a: expected,
    });
  });

  it.each([
    ['number', START],
    ['string', String(START)],
    ['ISO8601Date', '2024-09-10T15:00:00.000Z'],
    ['epoch_seconds', 1_725_980_400],
    ['epoch_milliseconds', START],
    ['date', '2024-09-10'],
    [{ type: 'date', timezone: 'Pacific/Kiritimati' }, '2024-09-11'],
    [{ type: 'ISO8601Date', format: 'yyyy-MM-dd HH:mm:ss.SSS' }, '2024-09-10 15:00:00.000'],
    [{ type: 'number', format: 'yyyyMMdd' }, 20_240_910],
    [{ type: 'string', format: 'HH:mm', timezone: '$timezone$' }, '16:00'],
  ])('call_timestamp declared %j goes out so', (type, expected) => {
    const options = {
      document: { parameters: { call_timestamp: type } },
      values: { call_timestamp: START },
    };

    expect(renderBody({ a: '$call_timestamp$' }, options)).toEqual({ a: expected });
  });

  it('rounds epoch_seconds down', () => {
    const options = {
      document: { parameters: { call_timestamp: 'epoch_seconds' } },
      values: { call_timestamp: START + 999 },
    };

    expect(renderBody({ a: '$call_timestamp$' }, options)).toEqual({ a: START / 1000 });
  });

  it('writes 19 digits of a number without loss', () => {
    const result = renderDocument(
      {
        parameters: { contact_id: 'number' },
        API: {
          CreateActivity: {
            request_method: 'POST',
            request_path: '/c',
            request_parameters: { a: '$contact_id$' },
          },
        },
      },
      { values: { contact_id: '1234567890123456789' } },
    );

    expect(bodyText(requestOf(result))).toBe('{"a":1234567890123456789}');
  });

  it('notes a value that does not fit its type, once', () => {
    const result = renderDocument(
      {
        parameters: { contact_id: 'number' },
        API: {
          CreateActivity: {
            request_method: 'POST',
            request_path: '/c/$contact_id$',
            request_parameters: { a: '$contact_id$', b: '$contact_id$' },
          },
        },
      },
      { values: { contact_id: '0035g' } },
    );

    expect(result).toMatchObject({ notes: [{ code: 'value_not_of_type' }] });
  });

  it('cuts at max_length by code points', () => {
    const document = { parameters: { subject: { type: 'string', max_length: 2 } } };

    expect(renderBody({ a: '$subject$' }, { document, values: { subject: 'a📞b' } })).toEqual({
      a: 'a📞',
    });
  });

  it.each([
    ['a text with placeholders', { type: 'string', default: 'Caller $phone$' }, 'Caller 101'],
    ['a number', { type: 'number', default: 7 }, 7],
    ['itself, which is nothing', { type: 'string', default: '$lastname$' }, undefined],
  ])('takes for a missing value %s', (_, type, expected) => {
    const document = { parameters: { lastname: type, phone: 'string' } };

    expect(renderBody({ a: '$lastname$' }, { document, values: { phone: '101' } })).toEqual(
      expected === undefined ? {} : { a: expected },
    );
  });

  it('reads a default of a date and writes it as declared', () => {
    const document = { parameters: { since: { type: 'epoch_seconds', default: '1970-01-02' } } };

    expect(renderBody({ a: '$since$' }, { document })).toEqual({ a: 86_400 });
  });

  it('keeps the type of number and boolean properties', () => {
    const document = {
      properties: [{ label: 'Board', type: 'number' }, { label: 'On', type: 'boolean' }, 'Plain'],
    };
    const properties = { Board: '1234567890123456789', On: 'true', Plain: '7' };

    expect(
      renderBody({ a: '$On$', b: '$Plain$', c: 'x$Board$' }, { document, properties }),
    ).toEqual({
      a: true,
      b: '7',
      c: 'x1234567890123456789',
    });
  });
});

describe('what stands for what', () => {
  it.each([
    ['a national number', { calling_number: '020 7183 8750' }, '$calling_number$', '+442071838750'],
    ['an old name', { calling_number: '101' }, '$caller_number$', '101'],
    ['digits of what does not parse', { called_number: '*97' }, '$called_number_digits$', '97'],
    ['a form of what does not parse', { called_number: '*97' }, '$called_number_e164$', undefined],
    ['an extension', { user_number: '0101' }, '$user_number$', '0101'],
    [
      'the page of a recording',
      { content_url: 'https://p.example/r' },
      '$call_url$',
      'https://p.example/r',
    ],
    ['the name from its parts', { firstname: 'Ada', lastname: 'L' }, '$contact_name$', 'Ada L'],
    ['the last name', { contact_name: 'Ada King Lovelace' }, '$lastname$', 'Lovelace'],
    ['the zone of the connection', {}, '$timezone$', 'Europe/London'],
    ['the country of the connection', {}, '$country$', 'GB'],
  ])('%s', (_, values, template, expected) => {
    expect(renderBody({ a: template }, { values })).toEqual(
      expected === undefined ? {} : { a: expected },
    );
  });

  it('phone is the number of the other side in FindContact only', () => {
    const values = { party_number: '+442071838750', phone: '101' };

    expect(renderPath('/c?p=$phone$', { method: 'FindContact', values })).toBe(
      'https://crm.example/c?p=%2B442071838750',
    );
    expect(renderPath('/c?p=$phone$', { values })).toBe('https://crm.example/c?p=101');
  });

  it('the file gives its name, type and size where the call has none', () => {
    const context = { file: { size: 5, type: 'audio/mpeg', name: 'r.mp3' } };

    expect(
      renderBody({ n: '$filename$', t: '$file_type$', s: '$file_size$' }, { context }),
    ).toEqual({ n: 'r.mp3', t: 'audio/mpeg', s: 5 });
  });
});
