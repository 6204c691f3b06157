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
    ['date', '20240910', '2024-09-10'],
    ['epoch_milliseconds', '1725980400000', START],
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

  it.each([
    ['call_start', 'call_timestamp', START],
    ['call_end', 'call_timestop', START],
    ['caller_number', 'calling_number', '101'],
    ['extension', 'user_number', '102'],
    ['call_id', 'call_key', 'k-1'],
  ])('the old name %s is %s', (old, name, value) => {
    expect(renderBody({ a: `$${old}$` }, { values: { [name]: value } })).toEqual({ a: value });
  });

  it('dates that are not declared are epoch milliseconds, since is ISO 8601', () => {
    const names = ['call_timestamp', 'call_timestop', 'answer_timestamp', 'since'];
    const values = Object.fromEntries(names.map((name) => [name, START]));
    const tree = Object.fromEntries(names.map((name) => [name, `$${name}$`]));

    expect(renderBody(tree, { values })).toEqual({
      call_timestamp: START,
      call_timestop: START,
      answer_timestamp: START,
      since: '2024-09-10T15:00:00.000Z',
    });
  });

  const FORMS = [
    ['e164', '+442071838750'],
    ['digits', '442071838750'],
    ['national', '02071838750'],
    ['significant', '2071838750'],
    ['international', '+44 20 7183 8750'],
    ['country_code', '44'],
    ['country', 'GB'],
    ['last7', '1838750'],
    ['last8', '71838750'],
    ['last9', '071838750'],
    ['last10', '2071838750'],
  ] as const;

  it.each(FORMS)('the form %s of each number that is one, none of what is not', (form, text) => {
    for (const name of ['phone', 'mobile', 'did', 'user_phone', 'called_number']) {
      const tree = { a: `$${name}_${form}$` };
      expect(renderBody(tree, { values: { [name]: '020 7183 8750' } })).toEqual({ a: text });
      const short = form === 'digits' ? { a: '97' } : {};
      expect(renderBody(tree, { values: { [name]: '*97' } })).toEqual(short);
      expect(renderBody(tree, { values: { [name]: 'anonymous' } })).toEqual({});
    }
  });

  it('a form of phone is that of the other side in FindContact', () => {
    const values = { party_number: '020 7183 8750', phone: '101' };

    expect(renderPath('/c?p=$phone_digits$', { method: 'FindContact', values })).toBe(
      'https://crm.example/c?p=442071838750',
    );
  });

  it('a form of a number has its own default', () => {
    const document = {
      parameters: { phone: 'string', phone_e164: { type: 'string', default: 'no number' } },
    };

    expect(renderBody({ a: '$phone_e164$' }, { document, values: { phone: '*97' } })).toEqual({
      a: 'no number',
    });
  });

  it('since declared a text stays ISO 8601', () => {
    const document = { parameters: { since: 'string' } };

    expect(renderBody({ a: '$since$' }, { document, values: { since: START } })).toEqual({
      a: '2024-09-10T15:00:00.000Z',
    });
  });

  it('a format reads what it writes', () => {
    const document = {
      parameters: { closing_day: { type: 'date', format: 'dd.MM.yyyy' } },
      variables: { week_day: { expression: "format_date(closing_day, 'EEEE yyyy-MM-dd')" } },
    };
    const values = { closing_day: '10.09.2024' };

    expect(renderBody({ a: '$week_day$', b: '$closing_day$' }, { document, values })).toEqual({
      a: 'Tuesday 2024-09-10',
      b: '10.09.2024',
    });
  });

  it.each([
    ['number', '1E5', '100000'],
    ['number', '1234567890123456789', '1234567890123456789'],
    ['boolean', 'YES', 'true'],
    ['date', START, '2024-09-10'],
  ])('outside JSON a %s such as %s is plain text', (type, value, text) => {
    const document = { parameters: { some_value: type } };

    expect(renderPath('/c?a=$some_value$', { document, values: { some_value: value } })).toBe(
      `https://crm.example/c?a=${text}`,
    );
  });

  it.each([
    ['boolean', 'maybe'],
    ['date', 'soon'],
    ['epoch_seconds', 'soon'],
    ['number', '0042'],
  ])('what is no %s is sent as text, with a note', (type, value) => {
    const method = {
      request_method: 'POST',
      request_path: '/c',
      request_parameters: { a: '$some_value$' },
    };
    const result = renderDocument(
      { parameters: { some_value: type }, API: { CreateActivity: method } },
      { values: { some_value: value } },
    );

    expect(bodyText(requestOf(result))).toBe(JSON.stringify({ a: value }));
    expect(result).toMatchObject({ notes: [{ code: 'value_not_of_type' }] });
  });

  it('a property beats the parameter of its name', () => {
    const options = {
      document: { properties: ['subject'] },
      properties: { subject: 'of the form' },
      values: { subject: 'of the call' },
    };

    expect(renderBody({ a: '$subject$' }, options)).toEqual({ a: 'of the form' });
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
