import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

import { createNumberKeys, shownNumber } from './number-key.ts';
import { askNumber } from './number-question.ts';

const keys = createNumberKeys();

test.each(['a', 'abc', '1a', ',', '.,', ' -', '-/', '(0)', ' / ', 'x', '1-', '/-1', '~(', 'доб'])(
  'a text of nothing but %j is read in no time, whatever it ends with',
  (unit) => {
    for (const end of ['', '!', 'é', '1', 'x1', '12#']) {
      const text = `1${unit.repeat(10_000 / unit.length)}${end}`;
      for (const length of [50, 100, 250, 10_000]) {
        const cut = `${text.slice(0, length)}${end}`;
        // A pattern that tries every way to divide it would not come back.
        expect(keys.keyOf(cut, 'DE').digits.length).toBeLessThanOrEqual(10_001);
        expect(keys.numbersIn(cut, 'US').length).toBeGreaterThan(0);
      }
    }
  },
);

describe('what a text is by its number', () => {
  it.each([
    ['+44 20 7946 0018 ext. 12', 'GB', '+442079460018', '12'],
    ['+442079460018;ext=12', 'GB', '+442079460018', '12'],
    ['tel:+44-20-7946-0018;ext=12', 'FR', '+442079460018', '12'],
    ['tel:7946-0018;phone-context=+4420', 'FR', '+442079460018', undefined],
    ['020 7946 0018x12', 'GB', '+442079460018', '12'],
    ['020 7946 0018 #12', 'GB', '+442079460018', '12'],
    ['020 7946 0018 DW 12', 'GB', '+442079460018', '12'],
    ['020 7946 0018,,12#', 'GB', '+442079460018', '12'],
    ['020 7946 0018 - 12#', 'GB', '+442079460018', '12'],
    ['8 (495) 123-45-67 доб. 12', 'RU', '+74951234567', '12'],
    ['030/901820', 'DE', '+4930901820', undefined],
    ['+49 (0)30 901820', 'CH', '+4930901820', undefined],
    ['+39 (0)6 1234 5678', 'IT', '+390612345678', undefined],
    ['06 1234 5678', 'IT', '+390612345678', undefined],
    ['+36 (06) 1 234 5678', 'AT', '+3612345678', undefined],
    ['011 44 20 7946 0018', 'US', '+442079460018', undefined],
    ['011 44 20 7946 0018', 'GB', '+442079460018', undefined],
    ['0044 20 7946 0018', 'US', '+442079460018', undefined],
    ['0011 44 20 7946 0018', 'AU', '+442079460018', undefined],
    ['8~10 44 20 7946 0018', 'RU', '+442079460018', undefined],
    ['+0044 20 7946 0018', 'FR', '+442079460018', undefined],
    ['+020 7946 0018', 'GB', '+442079460018', undefined],
    ['1-800-FLOWERS', 'US', '+18003569377', undefined],
    ['1 (800) flowers', 'US', '+18003569377', undefined],
    ['011 15-2345-6789', 'AR', '+5491123456789', undefined],
    ['+52 1 55 1234 5678', 'US', '+525512345678', undefined],
    ['044 55 1234 5678', 'MX', '+525512345678', undefined],
    ['0 15 11 96123-4567', 'BR', '+5511961234567', undefined],
    ['Büro: 020 7946 0018 (Mo-Fr)', 'GB', '+442079460018', undefined],
    ['٠٢٠ ٧٩٤٦ ٠٠١٨', 'GB', '+442079460018', undefined],
    ['०२० ७९४६ ००१८', 'GB', '+442079460018', undefined],
    ['＋４４ ２０ ７９４６ ００１８', 'FR', '+442079460018', undefined],
    ['\u202a+44\u00a020\u20117946\u20130018\u202c', 'FR', '+442079460018', undefined],
    ['"Ada" <sip:+442079460018@pbx.test;user=phone>', 'FR', '+442079460018', undefined],
  ])('%j in %s is %s, extension %s', (text, country, e164, extension) => {
    const key = keys.keyOf(text, country);

    expect(key).toMatchObject({ kind: 'number', e164, digits: e164.slice(1) });
    expect(key.extension).toBe(extension);
    expect(key.reversed).toBe(Array.from(key.digits).reverse().join(''));
  });

  it.each([
    ['101', 'extension', '101'],
    ['x12', 'extension', '12'],
    ['ext. 12', 'extension', '12'],
    ['0', 'extension', '0'],
    ['112', 'short_code', '112'],
    ['116 117', 'short_code', '116117'],
    ['*97', 'service', '*97'],
    ['*21*0123#', 'service', '*21*0123#'],
    ['anonymous', 'anonymous', ''],
    ['Anonymous <sip:anonymous@anonymous.invalid>', 'anonymous', ''],
    ['Unbekannt', 'anonymous', ''],
    ['Unavailable <sip:unavailable@unknown.invalid>', 'anonymous', ''],
    ['sip:Restricted@10.0.0.1', 'anonymous', ''],
    ['"Anonymous" <sip:c8oqz84zk7z@privacy.org>', 'anonymous', ''],
    ['No Caller ID', 'anonymous', ''],
    ['numéro masqué', 'anonymous', ''],
    ['Número oculto', 'anonymous', ''],
    ['numer zastrzeżony', 'anonymous', ''],
    ['skjult nummer', 'anonymous', ''],
    ['非通知', 'anonymous', ''],
    ['رقم مجهول', 'anonymous', ''],
    ['+266696687', 'anonymous', ''],
    ['7946 0018', 'number', '79460018'],
    ['+44 111 111 1111', 'number', '441111111111'],
    ['0000000', 'none', ''],
    ['', 'none', ''],
    ['-', 'none', ''],
    ['call Bob', 'none', ''],
    ['sip:alice12@pbx.test', 'none', ''],
  ])('%j is %s %s and no number of a plan', (text, kind, digits) => {
    const key = keys.keyOf(text, 'GB');

    expect([key.kind, key.digits, key.e164]).toEqual([kind, digits, undefined]);
  });

  it('reads the digits of every script', () => {
    const starts = Array.from({ length: 0x1_1000 }, (_, code) => code).filter(
      (code) => /\p{Nd}/u.test(String.fromCodePoint(code)) && (code % 16) % 6 === 0,
    );
    const scripts = starts.filter((code) => {
      const ten = Array.from({ length: 10 }, (_, at) => String.fromCodePoint(code + at));
      const isBegun = /\p{Nd}/u.test(String.fromCodePoint(code - 1)) && code % 16 === 6;
      return !isBegun && ten.every((one) => /\p{Nd}/u.test(one));
    });

    expect(scripts.length).toBeGreaterThan(30);
    for (const zero of scripts) {
      const text = Array.from('02079460018', (one) => String.fromCodePoint(zero + Number(one)));
      expect(keys.keyOf(text.join(''), 'GB').e164).toBe('+442079460018');
    }
  });

  it('takes any text, however long, and what is read is read the same again', () => {
    const signs = fc.constantFrom(...Array.from('+0123456789()#*x;,.-/~ extDW@:<>"٤'));
    const texts = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc.string({ unit: signs, maxLength: 300 }),
    );

    fc.assert(
      fc.property(texts, fc.constantFrom('GB', 'US', 'IT', 'AR', 'XX'), (text, country) => {
        const key = keys.keyOf(text, country);
        expect(key.digits).toMatch(/^[0-9*#]*$/);
        expect(key.digits.length).toBeLessThanOrEqual(250);
        if (key.e164 !== undefined) expect(keys.keyOf(key.e164, country).e164).toBe(key.e164);
        expect(keys.readings(text, country).key).toEqual(key);
        expect(keys.numbersIn(text, country).length).toBeGreaterThan(0);
      }),
      { seed: 3, numRuns: 3_000 },
    );
  });
});

describe('the numbers of one text', () => {
  it.each([
    ['030 901820 / 0171 5551234', 'DE', ['+4930901820', '+491715551234']],
    ['030/901820, 0171/5551234', 'DE', ['+4930901820', '+491715551234']],
    ['+44 20 7946 0018; +44 7911 123456', 'FR', ['+442079460018', '+447911123456']],
    ['020 7946 0018 or 07911 123456', 'GB', ['+442079460018', '+447911123456']],
    ['Büro 030 901820 mobil 0171 5551234', 'DE', ['+4930901820', '+491715551234']],
    ['+44 20 7946 0018 +44 7911 123456', 'GB', ['+442079460018', '+447911123456']],
    ['020 7946 0018\n07911 123456', 'GB', ['+442079460018', '+447911123456']],
    ['020 7946 0018 ext. 3 / 07911 123456', 'GB', ['+442079460018', '+447911123456']],
    ['(212) 555-0123 / (212) 555-0199', 'US', ['+12125550123', '+12125550199']],
    ['212-555-0123/0199', 'US', ['+12125550123', '+12125550199']],
    ['030 90182-12/-13', 'DE', ['+49309018212', '+49309018213']],
    ['030 90182-0 DW 12', 'DE', ['+4930901820', '+49309018212']],
    ['01 90182 Klappe 12', 'AT', ['+43190182', '+4319018212']],
    // One number, however it is written.
    ['030/901820', 'DE', ['+4930901820']],
    ['030 / 901820', 'DE', ['+4930901820']],
    ['+49 (0)30 / 901820 - 12', 'DE', ['+493090182012']],
    ['Tel. 030/901820', 'DE', ['+4930901820']],
    ['020 7946 0018 ext. 12', 'GB', ['+442079460018']],
    ['020 7946 0018,,12#', 'GB', ['+442079460018']],
    ['44+20+79460018', 'GB', ['+442079460018']],
    ['1-800-FLOWERS', 'US', ['+18003569377']],
    ['tel:+44-20-7946-0018;ext=12', 'GB', ['+442079460018']],
    ['"A/B" <sip:+442079460018@10.0.0.1;user=phone>', 'GB', ['+442079460018']],
    ['call Bob', 'GB', [undefined]],
    ['', 'GB', [undefined]],
  ])('%j in %s are %j', (text, country, expected) => {
    const texts = keys.numbersIn(text, country);

    expect(texts.map((one) => keys.keyOf(one, country).e164)).toEqual(expected);
  });
});

describe('a number of a contact is the one asked for', () => {
  it.each([
    ['+442079460018', '020 7946 0018', 'GB', 'e164'],
    ['+442079460018', '+44 20 7946 0018 ext. 12', 'GB', 'e164'],
    ['+442079460018', '07911 123456 / 020 7946 0018', 'GB', 'e164'],
    ['33612345678', '+33 6 12 34 56 78', 'GB', 'e164'],
    // Digits that may be another country's.
    ['33612345678', '+33 6 12 34 56 78', 'DE', 'possible'],
    ['+33612345678', '33612345678', 'DE', 'possible'],
    ['+353871234567', '087 123 4567', 'GB', 'possible'],
    ['0871234567', '+353 87 123 4567', 'GB', 'possible'],
    // A plus says that no country is missing.
    ['+871234567', '+353 87 123 4567', 'GB', undefined],
    // An American's number in America is no Danish one without its plus.
    ['+4582234567', '458-223-4567', 'US', undefined],
    ['+4582234567', '4582234567', 'US', 'possible'],
    ['+14582234567', '458-223-4567', 'US', 'e164'],
    ['+14582234567', '(458) 223-4567', 'FR', 'possible'],
    ['+12125550123', '(212) 555-0123', 'DE', 'possible'],
    ['+492125550123', '(212) 555-0123', 'DE', 'e164'],
    ['+573211234567', '0321 1234567', 'CO', 'e164'],
    ['+49309018212', '030 90182-0', 'DE', 'switchboard'],
    ['+49309018212', '+49 (30) 90182 - 0', 'FR', 'switchboard'],
    ['+493090182', '030 90182-0', 'DE', 'switchboard'],
    ['+49309018', '030 90182-0', 'DE', undefined],
    ['+49309018212', '030 901820', 'DE', undefined],
    ['+49309018212', '030 90182-0 DW 12', 'DE', 'e164'],
    ['+49309018213', '030 90182-0 DW 12', 'DE', undefined],
    ['+33142685312', '01 42 68 53-0', 'FR', undefined],
    ['12015550120', '+52 201 555 0120', 'MX', 'possible'],
    ['+541123456789', '+54 9 11 2345 6789', 'AR', 'national'],
    ['+551161234567', '+55 11 96123-4567', 'BR', 'e164'],
    ['+5511961234567', '11 6123-4567', 'BR', 'e164'],
    // In no plan, but of a length that its country has.
    ['+447700900201', '07700 900201', 'GB', 'e164'],
    ['07700900201', '+44 7700 900201', 'GB', 'e164'],
    ['07700900201', '+44 (0)7700 900201', 'FR', 'possible'],
    ['+447700900201', '+44 (0)7700 900201', 'FR', 'e164'],
    ['+15551234567', '(555) 123-4567', 'US', 'e164'],
    ['+447700900201', '7700 900201', 'GB', 'possible'],
    ['+447700900201', '07700 900201', 'FR', 'possible'],
    ['+447700900201', '07700 900202', 'GB', undefined],
    ['+447700900201', '+33 7700 900201', 'GB', undefined],
    ['+4477009002011', '07700 9002011', 'GB', undefined],
    ['7946 0018', '7946-0018', 'GB', 'e164'],
    ['101', '101', 'GB', 'e164'],
    ['101', '+442079460101', 'GB', undefined],
    ['*97', '97', 'GB', undefined],
    ['anonymous', 'anonymous', 'GB', undefined],
    // What is a number here is not one abroad.
    ['+33612345678', '0612 345678', 'DE', undefined],
    ['+442079460018', '+352079460018', 'GB', undefined],
    ['+442079460018', '79460018', 'GB', undefined],
  ])('%s as %j in %s: %s', (asked, held, country, expected) => {
    const question = askNumber(keys, asked, { country });

    expect(question.judge(held)).toBe(expected);
    const isLookedAt = keys.numbersIn(held, country).some((one) => {
      const { reversed } = keys.keyOf(one, country);
      if ([question.exact, ...question.switchboards].includes(reversed)) return true;
      return question.beginnings.some((beginning) => reversed.startsWith(beginning));
    });
    expect(isLookedAt || expected === undefined).toBe(true);
  });

  it.each([
    ['+442079460018', '8100649'],
    ['+683 4002', '20043'],
  ])('%s only looks at those who end like it with at least five digits', (asked, beginning) => {
    expect(askNumber(keys, asked, { country: 'GB' }).beginnings).toEqual([beginning]);
  });

  it('also by its last digits, where the connection says how many are enough', () => {
    const question = askNumber(keys, '+442079460018', { country: 'GB', suffix: 8 });

    expect(question.judge('7946 0018')).toBe('suffix');
    expect(question.judge('946 0018')).toBeUndefined();
  });

  it.each([
    ['+442071839001', '+49 89 71839001', 'GB'],
    ['+442071839001', '020 8183 9001', 'GB'],
    ['02071839001', '0049 89 71839001', 'GB'],
    ['+442071839001', '442081839001', 'GB'],
    ['+447700900201', '+44 7911 900201', 'GB'],
    ['+12125550123', '(213) 555-0123', 'US'],
  ])('but not where both are whole numbers: %s as %j in %s', (asked, held, country) => {
    expect(askNumber(keys, asked, { country, suffix: 6 }).judge(held)).toBeUndefined();
  });

  it.each([
    ['+442071839001', '7183 9001', 'GB'],
    ['+498971839001', '7183 9001', 'DE'],
    ['71839001', '+44 20 7183 9001', 'GB'],
  ])('also where one lacks its area: %s as %j in %s', (asked, held, country) => {
    expect(askNumber(keys, asked, { country, suffix: 8 }).judge(held)).toBe('suffix');
  });

  it('is shown with its plus where it names its country, be it valid or not', () => {
    const shown = ['020 7946 0018', '+44 20 7183 00107', '0044 1', '07700 900201', '*97'];

    expect(shown.map((text) => shownNumber(keys.keyOf(text, 'GB')))).toEqual([
      ...['+442079460018', '+4420718300107', '00441', '07700900201', '*97'],
    ]);
  });
});
