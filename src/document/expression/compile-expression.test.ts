import { describe, expect, it } from 'vitest';
import { collectNames } from '../names/names.ts';
import type { Note, PhoneNumbers, Scalar } from '../values/values.ts';
import { compileExpression } from './compile-expression.ts';

const NAMES = collectNames({
  properties: ['Client ID', { label: 'Factor', type: 'number' }, { label: 'On', type: 'boolean' }],
  parameters: {
    lead_ref: 'string',
    score: 'number',
    vip: 'boolean',
    call_timestamp: 'ISO8601Date',
  },
  variables: { title: 'x' },
});
const PROPERTIES = { 'Client ID': 'abc', Factor: '2', On: 'true' };
const PHONES: PhoneNumbers = {
  parse: (number) =>
    number === '+442071838750'
      ? {
          e164: '+442071838750',
          digits: '442071838750',
          national: '02071838750',
          significant: '2071838750',
          international: '+44 20 7183 8750',
          countryCode: '44',
          country: 'GB',
        }
      : undefined,
  same: (a, b) => a === b,
};

function evaluate(
  source: string,
  values: Readonly<Record<string, Scalar | null>> = {},
  notes: Note[] = [],
): Scalar | null {
  const compiled = compileExpression(source, NAMES);
  if (!compiled.ok) throw new Error(compiled.problems.map(({ message }) => message).join());
  return compiled.expression.evaluate((name) => values[name], {
    properties: PROPERTIES,
    phones: PHONES,
    country: 'GB',
    note: (note) => notes.push(note),
  });
}

describe('an expression computes', () => {
  it.each<[string, Readonly<Record<string, Scalar | null>>, Scalar | null]>([
    ["activity_type == 'inbound' ? 'In' : 'Out'", { activity_type: 'inbound' }, 'In'],
    ["activity_type == 'inbound' ? 'In' : 'Out'", {}, 'Out'],
    ["properties['Client ID'] + '!'", {}, 'abc!'],
    ['properties.Factor * 3', {}, 6],
    ['properties.On ? 1 : 2', {}, 1],
    ["'Call ' + contact_name", {}, 'Call '],
    ['contact_name + null', { contact_name: 'Ada' }, 'Ada'],
    ['contact_name + subject', {}, null],
    ['call_duration * 1000', {}, null],
    ['call_duration + 1', {}, null],
    ['-call_duration', {}, null],
    ['call_duration / 60', { call_duration: 90 }, 1.5],
    ['call_duration / 60', { call_duration: 120 }, 2],
    ['call_duration * 0.1', { call_duration: 27 }, 2.7],
    ['60 / call_duration', { call_duration: 0 }, null],
    ['call_duration % 60', { call_duration: 90 }, 30],
    ['0x10 + 1e2 + 1.5', {}, 117.5],
    ['call_duration', { call_duration: '27' }, 27],
    ['call_duration > 60 && !vip', { call_duration: 90, vip: false }, true],
    ['call_duration > 60', {}, null],
    ['vip || true', {}, true],
    ['vip && false', {}, false],
    ['vip || false', {}, null],
    ["subject == ''", {}, true],
    ["subject != ''", { subject: 'x' }, true],
    ["'a' < 'b'", {}, true],
    ['title == null', {}, true],
    ['title == 2', { title: 2 }, true],
    ["title == '2'", { title: 2 }, false],
    ['present(subject) ? subject : null', {}, null],
    ["party_number_digits + ''", { party_number_digits: '44' }, '44'],
    ['call_timestamp / 1000', { call_timestamp: 1725980400000 }, 1725980400],
    ['score + 1', { score: '41' }, 42],
  ])('%s with %o is %s', (source, values, result) => {
    expect(evaluate(source, values)).toBe(result);
  });

  it.each([
    'string',
    'type',
    'int',
    'map',
    'list',
    'bool',
    'bytes',
    'timestamp',
    'duration',
    'uint',
    'dyn',
    'google',
    'optional',
    'cel',
    'math',
    'double',
    'size',
    'has',
    'matches',
    'if',
    'as',
    'package',
    'constructor',
    'toString',
    'v_x',
    'Properties',
    'response',
  ])('a local value may be called %s', (name) => {
    const names = collectNames({ parameters: { [name]: 'string' }, properties: ['P'] });
    const compiled = compileExpression(`${name} + upper (${name}) + properties['P']`, names);

    expect(compiled.ok && compiled.expression.uses).toEqual([name]);
    const environment = { properties: { P: 'p' }, phones: PHONES, country: 'GB' };
    expect(compiled.ok && compiled.expression.evaluate(() => 'v', environment)).toBe('vVp');
  });

  it('tells which names and properties it uses, and its type', () => {
    const compiled = compileExpression(
      "present(title) ? subject + properties['Client ID'] : contact_name",
      NAMES,
    );

    expect(compiled).toMatchObject({
      ok: true,
      expression: {
        uses: ['title', 'subject', 'contact_name'],
        properties: ['Client ID'],
        type: 'string',
      },
    });
  });
});

describe('the functions', () => {
  it.each<[string, Scalar | null]>([
    ["format_date(call_timestamp, 'yyyy-MM-dd HH:mm')", '2024-09-10 15:00'],
    ["format_date(call_timestamp, 'dd.MM.yyyy HH:mm', 'Europe/London')", '10.09.2024 16:00'],
    ["format_date('2024-09-10 15:00', 'd MMM')", '10 Sep'],
    ["format_date(contact_name, 'd MMM')", null],
    ["format_duration(call_duration, 'mm:ss')", '01:05'],
    ['format_phone(party_number)', '+44 20 7183 8750'],
    ["format_phone(party_number, 'national')", '02071838750'],
    ["format_phone('101', 'national')", '101'],
    ["upper('aß') + lower('ÄB')", 'ASSäb'],
    ["trim('  a b ')", 'a b'],
    ["replace('a.b.c', '.', '$&')", 'a$&b$&c'],
    ["replace('abc', '', '-')", 'abc'],
    ["left('👍👍a', 2)", '👍👍'],
    ["right('a👍👍', 2)", '👍👍'],
    ["right('abc', 0)", ''],
    ["truncate('abcdef', 3)", 'abc'],
    ["left('abc', -1)", ''],
    ["join(', ', contact_name, call_duration, 'c')", '65, c'],
    ["join(', ', contact_name)", null],
    ['coalesce(contact_name, description, party_number)', '+442071838750'],
    ['round(2.5) + round(-2.5)', 0],
    ['round(1.005, 2)', 1.01],
    ['round(1e20)', 1e20],
    ['floor(1.7) * 10 + ceil(1.2)', 12],
    ['minutes(61)', 2],
    ["url_encode('a&b=c/d é!')", 'a%26b%3Dc%2Fd%20%C3%A9%21'],
    ["base64('abc') + base64('é') + base64('') + base64('ab')", 'YWJjw6k=YWI='],
    ["hash('sha256', 'abc')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["hash('sha1', 'abc')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ["hash('md5', 'abc')", '900150983cd24fb0d6963f7d28e17f72'],
    ["escape_html('<b a=\"1\">&\\n\\'x\\'')", '&lt;b a=&quot;1&quot;&gt;&amp;<br>&#39;x&#39;'],
    ["present(subject) ? 'y' : 'n'", 'n'],
    ["present(properties['Client ID'])", true],
    ["string(call_duration) + ' s'", '65 s'],
    ['string(1e21)', '1000000000000000000000'],
    ["double('1.5') + 1", 2.5],
    ["double('x') + 1", null],
    ['upper(contact_name)', null],
  ])('%s is %s', (source, result) => {
    const values = {
      call_timestamp: 1725980400000,
      call_duration: 65,
      party_number: '+442071838750',
      contact_name: null,
    };

    expect(evaluate(source, values)).toBe(result);
  });
});

describe('an error while running is no value and a note', () => {
  it.each<[string, string, Readonly<Record<string, Scalar | null>>]>([
    ['title + 1', 'joins two texts', { title: 'x' }],
    ['title - 1', 'no number', { title: 'x' }],
    ['-title', 'no number', { title: 'x' }],
    ['title < 1', 'no order', { title: 'x' }],
    ['title ? 1 : 2', 'neither true nor false', { title: 'x' }],
    ['vip ? 1 : 2', 'without value', {}],
    ['upper(title)', 'takes a text', { title: 1 }],
    ["format_date(title, 'yyyy')", 'no time', { title: 'soon' }],
    ["format_duration(call_duration, 'mm')", 'duration', { call_duration: -1 }],
    ['round(1.5, 99)', '0 to 10', {}],
    ["replace(title, 'a', title)", '64 KiB', { title: 'a'.repeat(1000) }],
    ['title + title', '64 KiB', { title: 'a'.repeat(40_000) }],
    ['title + title', '64 KiB', { title: 'é'.repeat(20_000) }],
  ])('%s: %s', (source, words, values) => {
    const notes: Note[] = [];

    const result = evaluate(source, values, notes);

    expect(result).toBeNull();
    expect(notes).toHaveLength(1);
    expect(notes[0]?.message).toContain(words);
  });

  it('a lookup that throws is no value either', () => {
    const compiled = compileExpression('subject', NAMES);

    const result =
      compiled.ok &&
      compiled.expression.evaluate(
        () => {
          throw new Error('no');
        },
        { properties: {}, phones: PHONES, country: 'GB' },
      );

    expect(result).toBeNull();
  });
});

describe('what may not be used is refused, with its place', () => {
  it.each<[string, string, string]>([
    ['[1, 2]', 'expression_not_allowed', '[1, 2]'],
    ["{'a': 1}", 'expression_not_allowed', "{'a': 1}"],
    ["subject in ['a']", 'expression_not_allowed', "subject in ['a']"],
    ["subject.matches('(a+)+$')", 'expression_not_allowed', "subject.matches('(a+)+$')"],
    ["matches(subject, 'a')", 'unknown_function', "matches(subject, 'a')"],
    ['[1].all(x, x > 0)', 'expression_not_allowed', '[1].all(x, x > 0)'],
    ['has(properties.x)', 'unknown_function', 'has(properties.x)'],
    ['cel.bind(x, 1, x)', 'expression_not_allowed', 'cel.bind(x, 1, x)'],
    ["subject.replace('a', 'b')", 'expression_not_allowed', "subject.replace('a', 'b')"],
    ['subject.length', 'expression_not_allowed', 'subject.length'],
    ['subject[0]', 'expression_not_allowed', 'subject[0]'],
    ['properties', 'expression_not_allowed', 'properties'],
    ['properties[subject]', 'expression_not_allowed', 'properties[subject]'],
    ['1 + 5u', 'expression_not_allowed', '5u'],
    ["b'abc'", 'expression_not_allowed', "b'abc'"],
    ['1 + size(subject)', 'unknown_function', 'size(subject)'],
    ['type(1)', 'unknown_function', 'type(1)'],
    ["timestamp('2024-01-01T00:00:00Z')", 'unknown_function', "timestamp('2024-01-01T00:00:00Z')"],
    ['10 + 20 + constructor', 'unknown_variable', 'constructor'],
    ["properties['constructor']", 'unknown_variable', "properties['constructor']"],
    ['Factor * 2', 'unknown_variable', 'Factor'],
    ['subject == null', 'compared_with_null', 'subject == null'],
    ["null != properties['Client ID']", 'compared_with_null', "null != properties['Client ID']"],
    ['10 + 20 + subject', 'expression_type', '10 + 20 + subject'],
    ['100 > 2 && call_duration', 'expression_type', '100 > 2 && call_duration'],
    ['upper(100)', 'expression_type', 'upper(100)'],
    ["left('a')", 'expression_argument', "left('a')"],
    ["present('a')", 'expression_argument', "'a'"],
    ["format_date(1, 'YYYY')", 'expression_argument', "'YYYY'"],
    ["format_date(1, 'yyyy', 'Mars')", 'expression_argument', "'Mars'"],
    ["hash('sha3', subject)", 'expression_argument', "'sha3'"],
    ["format_phone(phone, 'nice')", 'expression_argument', "'nice'"],
    ["1 + 2 + 'a", 'expression_syntax', "'a"],
    ['1 2 3', 'expression_syntax', '2'],
    ['in', 'expression_syntax', 'in'],
    ['if', 'unknown_variable', 'if'],
    ['__proto__', 'unknown_variable', '__proto__'],
    ['', 'expression_syntax', ''],
    [`${'!'.repeat(1000)}vip`, 'expression_too_long', ''],
    [`${'('.repeat(100)}1${')'.repeat(100)}`, 'expression_too_long', ''],
    [`${'('.repeat(3000)}1`, 'expression_too_long', `${'('.repeat(3000)}1`],
    [`1${'+1'.repeat(200)}`, 'expression_too_long', ''],
    [' '.repeat(20_000), 'expression_too_long', ' '.repeat(20_000)],
  ])('%s', (source, code, place) => {
    const compiled = compileExpression(source, NAMES);

    const problems = compiled.ok ? [] : compiled.problems;
    expect(problems.map((problem) => problem.code)).toContain(code);
    const found = problems.find((problem) => problem.code === code);
    const start = found?.offset ?? 0;
    expect(source.slice(start, start + (found?.length ?? 0))).toBe(place);
  });

  it('all names that are unknown are told at once', () => {
    const compiled = compileExpression('nope + 10 + nada', NAMES);

    expect(compiled.ok ? [] : compiled.problems.map(({ offset }) => offset)).toEqual([0, 12]);
  });

  it.each([
    ['$subject$ != 5', 'write subject'],
    ["upper($Client ID$) == 'A'", 'write properties["Client ID"]'],
    ["'a' == 'b' ? 'c' : $subject$", 'write subject'],
  ])('%s: a name in signs is mended', (source, fix) => {
    const compiled = compileExpression(source, NAMES);

    expect(compiled.ok ? '' : compiled.problems[0]?.fix).toBe(fix);
  });

  it('a comparison with null is mended by present', () => {
    const compiled = compileExpression('subject != null', NAMES);

    expect(compiled.ok ? '' : compiled.problems[0]?.fix).toBe('present(subject)');
  });

  it('a property by its bare label is mended', () => {
    const compiled = compileExpression('Factor * 2', NAMES);

    expect(compiled.ok ? '' : compiled.problems[0]?.fix).toBe('properties["Factor"]');
  });
});
