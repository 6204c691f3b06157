import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { codes, create } from '../testing/request-codes.ts';

describe('a body that is a text', () => {
  const text = (request: JsonObject): JsonObject =>
    create({ request_parameters: 'a $subject$', ...request });

  it.each<[string, JsonObject, readonly string[]]>([
    ['without a media type', text({}), ['text_without_type']],
    ['with one', text({ request_content_type: 'text/csv' }), []],
    ['with one of a header', text({ request_headers: { 'content-type': 'text/csv' } }), []],
    [
      'with one of a header of the document',
      { ...text({}), request_headers: { 'Content-Type': 'text/csv' } },
      [],
    ],
    ['in the query of a GET', text({ request_method: 'GET' }), ['text_as_query']],
    [
      'as a form',
      text({ request_content_type: 'application/x-www-form-urlencoded' }),
      ['text_as_query'],
    ],
    ['as multipart', text({ request_content_type: 'multipart/form-data' }), ['text_as_query']],
    ['as JSON', text({ request_content_type: 'application/json' }), ['json_as_text']],
    [
      'as JSON of a vendor',
      text({ request_content_type: 'application/x+json; v=1' }),
      ['json_as_text'],
    ],
    [
      'as JSON made by a variable',
      {
        ...create({ request_content_type: 'application/json', request_parameters: '$v$' }),
        variables: { v: { json: { a: 1 } } },
      },
      [],
    ],
    ['that is the recording', create({ request_parameters: '$file$' }), []],
    [
      'around the recording',
      create({ request_content_type: 'text/xml', request_parameters: '<f>$file$</f>' }),
      [],
    ],
    [
      'with an unknown name',
      text({ request_content_type: 'text/csv', request_parameters: '$subjct$' }),
      ['misspelt_name'],
    ],
    [
      'with a media type that is misspelt',
      text({ request_content_type: '$file_typ$' }),
      ['misspelt_name'],
    ],
    [
      'of a login',
      {
        properties: ['User'],
        auth: {
          type: 'Session',
          request_path: '/l',
          request_content_type: 'text/plain',
          request_parameters: 'u $User$',
          response_map: { t: '$session_token$' },
          present: { name: 'X-S', value: '$session_token$' },
        },
      },
      [],
    ],
    [
      'with quotes of a language that is not known',
      text({ request_content_type: 'application/graphql', request_parameters: '"$subject$"' }),
      ['quoted_value'],
    ],
    [
      'with quotes, and an escape',
      text({
        request_content_type: 'application/graphql',
        request_parameters: '"$subject$"',
        escape: 'json',
      }),
      [],
    ],
    [
      'with quotes of XML',
      text({ request_content_type: 'text/xml', request_parameters: '<a b="$subject$"/>' }),
      [],
    ],
    [
      'with quotes of plain text',
      text({ request_content_type: 'text/plain', request_parameters: '"$subject$"' }),
      [],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });
});

describe('the recording', () => {
  const upload = (request: JsonObject, others: JsonObject = {}): JsonObject => ({
    ...others,
    API: { UploadFile: { request_method: 'POST', request_path: '/f', ...request } },
  });

  it.each<[string, JsonObject, number]>([
    ['in JSON', upload({ request_parameters: { a: [{ d: 'data:;base64,$file$' }] } }), 0],
    [
      'in multipart',
      upload({ request_content_type: 'multipart/form-data', request_parameters: { f: '$file$' } }),
      0,
    ],
    [
      'as a condition',
      upload({ request_parameters: { f: '$file$', o: { '@when': 'file', a: 1 } } }),
      0,
    ],
    [
      'in a step',
      {
        API: {
          UploadFile: {
            steps: [{ request_method: 'PUT', request_path: '/f', request_parameters: '$file$' }],
          },
        },
      },
      0,
    ],
    [
      'in a form',
      upload({
        request_content_type: 'application/x-www-form-urlencoded',
        request_parameters: { f: '$file$' },
      }),
      1,
    ],
    [
      'in the query of a GET',
      upload({ request_method: 'GET', request_parameters: { f: '$file$' } }),
      1,
    ],
    ['in a query', upload({ request_parameters: '$file$', query: { f: 'x$file$' } }), 1],
    ['in a path', upload({ request_parameters: '$file$', request_path: '/f/$file$' }), 1],
    [
      'in a header',
      upload({ request_parameters: '$file$', request_headers: { 'X-F': '$file$' } }),
      1,
    ],
    [
      'in a media type',
      upload({ request_parameters: '$file$', request_content_type: '$file$' }),
      1,
    ],
    [
      'in a variable',
      upload({ request_parameters: { f: '$file$', v: '$v$' } }, { variables: { v: 'a $file$' } }),
      1,
    ],
    [
      'in lines',
      upload(
        { request_parameters: { f: '$file$', v: '$v$' } },
        { variables: { v: ['a', '$file$'] } },
      ),
      1,
    ],
  ])('%s', (_, changes, count) => {
    expect(codes(changes).filter((code) => code === 'misplaced_file')).toHaveLength(count);
  });
});
