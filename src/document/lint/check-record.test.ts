import { describe, expect, it } from 'vitest';

import type { Json, JsonObject } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

const PARAMETERS = {
  activity_id: 'string',
  user_id: 'string',
  upload_id: 'string',
  team: 'string',
  subject: 'string',
};

/** Codes and places of errors and warnings. */
function findings(API: JsonObject, others: JsonObject = {}): readonly string[] {
  const text = documentWith({ parameters: PARAMETERS, ...others, API });
  return lintDocument(text)
    .filter(({ severity }) => severity !== 'info')
    .map(({ code, path }) => `${code} ${path}`);
}

const post = (request_parameters: Json, response_map?: Json): JsonObject => ({
  request_method: 'POST',
  request_path: '/c',
  request_parameters,
  ...(response_map === undefined ? {} : { response_map }),
});

describe('the record of a call', () => {
  const LATER = ['AnswerCallActivity', 'UpdateActivity', 'AssignActivity', 'StopCallActivity'];
  const stop = post({ id: '$activity_id$' });
  const made = post({ a: 'b' }, { id: '$activity_id$' });

  it.each(LATER)('is made before %s', (name) => {
    expect(findings({ [name]: stop })).toEqual([`method_without_record /API/${name}`]);
    expect(findings({ CreateActivity: made, [name]: stop })).toEqual([]);
  });

  it.each<[string, Json, readonly string[]]>([
    ['from nowhere', post({ a: 'b' }), ['record_without_id /API/CreateActivity']],
    ['from the answer', made, []],
    ['from a header', { ...post({}), response_headers: { Location: '/c/$activity_id$' } }, []],
    [
      'from a header that names nothing',
      { ...post({}), response_headers: { Location: '/c/' } },
      ['record_without_id /API/CreateActivity'],
    ],
    ['computed', { ...post({}), derive: { activity_id: "'7'" } }, []],
    ['from a step', { steps: [post({ a: 'b' }), made] }, []],
    [
      'from one of two objects',
      [{ ...made, when: 'subject' }, post({ a: 'b' })],
      ['record_without_id /API/CreateActivity/1'],
    ],
  ])('has its id %s', (_, create, expected) => {
    expect(findings({ CreateActivity: create, StopCallActivity: stop })).toEqual(expected);
  });

  it('needs no id where nobody uses it', () => {
    expect(findings({ CreateActivity: post({ a: 'b' }) })).toEqual([]);
  });
});

describe('the order of steps', () => {
  const begin = post({ a: 'b' }, { id: '$upload_id$' });
  const end = post({ upload: '$upload_id$' });
  const users = {
    request_method: 'GET',
    request_path: '/users',
    response_map: [{ id: '$user_id$', team: '$team$' }],
  };
  const at = (path: string): readonly string[] => [`unbound_in_step /API/CreateActivity/${path}`];

  it.each<[string, Json, JsonObject, readonly string[]]>([
    ['as the values come', { steps: [begin, end] }, {}, []],
    ['reversed', { steps: [end, begin] }, {}, at('steps/0/request_parameters/upload')],
    [
      'in an address, once in each step',
      { steps: [{ ...end, request_path: '/c/$upload_id$' }, begin] },
      {},
      at('steps/0/request_path'),
    ],
    [
      'of which none binds',
      { steps: [begin, post({ a: '$team$' })] },
      {},
      [...at('steps/1/request_parameters/a')],
    ],
    [
      'of which a method before them binds',
      { steps: [post({ a: '$team$' })] },
      { Users: users },
      [],
    ],
    [
      'with a value through a variable',
      { steps: [post({ a: '$wrapped$' }), begin] },
      {},
      at('steps/0/request_parameters/a'),
    ],
    [
      'with a value that is computed',
      { steps: [{ ...post({}), derive: { upload_id: "'7'" } }, end] },
      {},
      [],
    ],
    ['with a value of the call', { steps: [post({ a: '$subject$' })] }, {}, []],
    [
      'in each object of a list',
      [{ steps: [end, begin] }],
      {},
      at('0/steps/0/request_parameters/upload'),
    ],
  ])('%s', (_, create, API, expected) => {
    const variables = { wrapped: '<$upload_id$>' };

    const found = findings({ CreateActivity: create, ...API }, { variables });

    expect(found).toEqual(expected);
  });
});
