import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import type { Values } from '../values/values.ts';
import type { Rendering } from '../testing/render-request.ts';
import { bodyText, renderDocument, requestOf } from '../testing/render-request.ts';

interface Options extends Rendering {
  readonly cleared?: readonly string[];
  readonly as?: string;
  readonly request?: JsonObject;
  readonly document?: JsonObject;
}

function render(parameters: Json, options: Options = {}) {
  const { cleared = ['email', 'mobile', 'firstname'], as, request, document, ...rest } = options;
  const name = options.method ?? 'UpdateContact';
  const method = {
    request_method: 'PATCH',
    request_path: '/c',
    request_parameters: parameters,
    ...(as === undefined ? {} : { cleared: as }),
    ...request,
  };
  const context = { cleared: new Set(cleared), ...rest.context };
  return requestOf(
    renderDocument({ ...document, API: { [name]: method } }, { ...rest, method: name, context }),
  );
}

const body = (parameters: Json, options: Options = {}): unknown =>
  JSON.parse(bodyText(render(parameters, options)));

describe('a value that the user emptied', () => {
  it.each([
    [undefined, { email: null, b: 1 }],
    ['null', { email: null, b: 1 }],
    ['text', { email: '', b: 1 }],
    ['false', { email: false, b: 1 }],
    ['omit', { b: 1 }],
  ])('goes out as %s says', (as, expected) => {
    expect(body({ email: '$email$', b: 1 }, as === undefined ? {} : { as })).toEqual(expected);
  });

  it.each([
    ['UpdateActivity', { owner: null }],
    ['CreateActivity', {}],
  ] as const)('is emptied by %s or left out', (method, expected) => {
    expect(body({ owner: '$user_id$' }, { method, cleared: ['user_id'] })).toEqual(expected);
  });

  it.each([
    ['null', 'email=&b=1'],
    ['text', 'email=&b=1'],
    ['false', 'email=false&b=1'],
    ['omit', 'b=1'],
  ])('goes out in a form and a query as %s says', (as, expected) => {
    const request_content_type = 'application/x-www-form-urlencoded';
    const tree = { email: '$email$', b: 1 };

    expect(bodyText(render(tree, { as, request: { request_content_type } }))).toBe(expected);
    expect(render({}, { as, request: { query: tree } }).url).toBe(
      `https://crm.example/c?${expected}`,
    );
  });

  it.each<[string, Json, Json]>([
    ['one that was never there is missing', { a: '$job_title$', b: 1 }, { b: 1 }],
    ['an object keeps it', { o: { email: '$email$' } }, { o: { email: null } }],
    ['in mixed text it is empty text', { a: 'Mail: $email$' }, { a: 'Mail: ' }],
    ['a form of an emptied number is emptied too', { a: '$mobile_digits$' }, { a: null }],
    [
      'an element of a list goes with it',
      {
        l: [
          { v: '$mobile$', k: 'm' },
          { v: '$phone$', k: 'w' },
        ],
      },
      { l: [{ v: '+442071838750', k: 'w' }] },
    ],
    ['a list of which nothing is left is empty', { l: [{ v: '$mobile$', k: 'm' }] }, { l: [] }],
    ['so is a list of texts', { l: ['$mobile$', '$email$'] }, { l: [] }],
    ['a list that was never there goes', { l: ['$job_title$'], b: 1 }, { b: 1 }],
    [
      'an element with another value keeps it',
      { l: [{ v: '$phone$', x: '$mobile$' }] },
      { l: [{ v: '+442071838750', x: null }] },
    ],
    ['a tuple keeps its place', { t: ['write', '$email$', 1] }, { t: ['write', null, 1] }],
    ['a key goes with its member', { f_$email$: 1, b: 1 }, { b: 1 }],
  ])('%s', (_, tree, expected) => {
    expect(body(tree, { values: { phone: '+442071838750' } })).toEqual(expected);
  });

  it('takes neither a default nor another name in its place', () => {
    const parameters = { email: { type: 'string', default: 'none@example.com' } };
    const values = { contact_name: 'Ada Lovelace' };
    const tree = { email: '$email$', firstname: '$firstname$', lastname: '$lastname$' };

    expect(body(tree, { document: { parameters }, values })).toEqual({
      email: null,
      firstname: null,
      lastname: 'Lovelace',
    });
  });

  it('with `omit` is missing, and a default stands in', () => {
    const parameters = { email: { type: 'string', default: 'none@example.com' } };

    expect(body({ email: '$email$' }, { as: 'omit', document: { parameters } })).toEqual({
      email: 'none@example.com',
    });
  });

  it('is what it is where it has a value after all', () => {
    expect(body({ email: '$email$' }, { values: { email: 'a@b.example' } })).toEqual({
      email: 'a@b.example',
    });
  });

  it('may be a value of the document', () => {
    const parameters = { lead_source: 'number' };

    expect(
      body({ s: '$lead_source$' }, { cleared: ['lead_source'], document: { parameters } }),
    ).toEqual({ s: null });
  });

  it('is null to an expression', () => {
    const variables = { v: { expression: "present(email) ? 'yes' : 'no'" } };

    expect(body({ v: '$v$' }, { document: { variables } })).toEqual({ v: 'no' });
  });

  it.each<[string, Json, Values, Json]>([
    ['a text that is it alone', '$email$', {}, { v: null }],
    ['what is computed from it', { expression: 'lower(email)' }, {}, { v: null }],
    ['a choice that finds no row', { email: { a: 'b' } }, {}, { v: null }],
    ['lines of which none is left', ['$email$', '$mobile$'], {}, { v: null }],
    ['another variable', '$w$', {}, { v: null }],
    ['not what has a value beside it', '$email$$job_title$', { job_title: 'x' }, { v: 'x' }],
    ['not what lacks another value', '$job_title$', {}, {}],
  ])('empties %s', (_, v, values, expected) => {
    const variables = { v, w: { expression: 'trim(email)' } };

    expect(body({ v: '$v$' }, { document: { variables }, values })).toEqual(expected);
  });

  it('is missing in a path and a header', () => {
    const headers = render({}, { request: { request_headers: { 'X-M': '$email$' } } }).headers;

    expect(headers).toEqual([]);
  });

  it('is missing in every other method', () => {
    expect(body({ email: '$email$', b: 1 }, { method: 'CreateContact' })).toEqual({ b: 1 });
  });
});
