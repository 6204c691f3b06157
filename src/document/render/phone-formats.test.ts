import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { contextOf, renderDocument, requestOf } from '../testing/render-request.ts';
import { PHONE_FORMATS } from '../names/parameters.ts';
import type { PhoneFormat } from '../names/parameters.ts';
import { phoneFormatsFor } from './phone-formats.ts';

const LONDON = '+442071838750';

/** The query of a search by `tel`. */
function search(
  formats: Json,
  tel: string,
  options: {
    readonly number?: string;
    readonly phoneFormat?: PhoneFormat;
    readonly method?: 'FindContact' | 'SearchContacts';
    readonly document?: JsonObject;
  } = {},
): string | null {
  const { number = LONDON, phoneFormat, method = 'FindContact', document } = options;
  const request = { request_method: 'GET', request_path: '/c', request_parameters: { tel } };
  const result = renderDocument(
    { phone_formats: formats, ...document, API: { [method]: request } },
    {
      method,
      values: { party_number: number, phone: number },
      context: phoneFormat === undefined ? {} : { phoneFormat },
    },
  );
  return new URL(requestOf(result).url).searchParams.get('tel');
}

const asked = (formats: Json, number: string): readonly (PhoneFormat | undefined)[] =>
  phoneFormatsFor({ phone_formats: formats }, contextOf({ values: { party_number: number } }));

describe('phone_formats', () => {
  it.each<[PhoneFormat, string]>([
    ['e164', '+442071838750'],
    ['digits', '442071838750'],
    ['national', '02071838750'],
    ['significant', '2071838750'],
    ['international', '+44 20 7183 8750'],
    ['last7', '1838750'],
    ['last8', '71838750'],
    ['last9', '071838750'],
    ['last10', '2071838750'],
  ])('%s is a form of bare phone in FindContact', (format, expected) => {
    expect(search([format], '$phone$')).toBe(expected);
    expect(search(['e164'], '$phone$', { phoneFormat: format })).toBe(expected);
  });

  it('all of them were tried above', () => {
    expect(PHONE_FORMATS).toHaveLength(9);
  });

  it('concern bare phone alone, also in mixed text, variables and expressions', () => {
    const document = { variables: { v: 'tel:$phone$', w: { expression: "phone + '!'" } } };

    expect(search(['national'], '$phone_digits$')).toBe('442071838750');
    expect(search(['national'], '$party_number$')).toBe(LONDON);
    expect(search(['national'], '*$phone$*')).toBe('*02071838750*');
    expect(search(['national'], '$v$', { document })).toBe('tel:02071838750');
    expect(search(['national'], '$w$', { document })).toBe('02071838750!');
  });

  it('concern FindContact alone', () => {
    expect(search(['national'], '$phone$', { method: 'SearchContacts' })).toBe(LONDON);
  });

  it('leave a number that does not parse as it is', () => {
    expect(search(['digits', 'national'], '$phone$', { number: '*97' })).toBe('*97');
    expect(search(['digits'], '$phone$', { number: '*97', phoneFormat: 'digits' })).toBe('*97');
  });
});

describe('the forms that are asked for', () => {
  it.each<[string, Json, string, readonly (PhoneFormat | undefined)[]]>([
    ['those of the document in its order', ['national', 'e164'], LONDON, ['national', 'e164']],
    ['each once', ['e164', 'e164', 'digits'], LONDON, ['e164', 'digits']],
    ['of equal ones the first', ['last10', 'significant'], LONDON, ['last10']],
    ['an unknown one is passed over', ['local', 'e164'], LONDON, ['e164']],
    ['the number as it is where it does not parse', ['e164', 'digits'], '101', [undefined]],
    ['the number as it is without the key', null, LONDON, [undefined]],
    ['the number as it is for an empty list', [], LONDON, [undefined]],
    ['the number as it is where there is none', ['e164'], '', [undefined]],
  ])('%s', (_, formats, number, expected) => {
    expect(asked(formats, number)).toEqual(expected);
  });
});
