import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json-value.ts';
import { documentWith } from '../testing/document-with.ts';
import { lintDocument } from './lint-document.ts';

const PARAMETERS = {
  subject: 'string',
  contact_id: 'string',
  contact_type: 'string',
  call_key: 'string',
  phone: 'string',
  email: 'string',
  file: 'string',
  file_type: 'string',
  activity_id: 'string',
  upload_url: 'string',
};

/** The codes of findings of a document with the usual parameters; `undeclared` ones are left out. */
function codes(changes: JsonObject): readonly string[] {
  const text = documentWith({ parameters: PARAMETERS, ...changes });
  return lintDocument(text).map(({ code }) => code);
}

const create = (request: JsonObject, others: JsonObject = {}): JsonObject => ({
  ...others,
  API: { CreateActivity: { request_method: 'POST', request_path: '/c', ...request } },
});
const body = (parameters: Json, others: JsonObject = {}): JsonObject =>
  create({ request_parameters: parameters }, others);

describe('a placeholder in a key', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['that may be missing is told', body({ f_$contact_type$: 1 }), ['optional_key']],
    ['at any depth', body({ a: [{ b: { $subject$: 1 } }] }), ['optional_key']],
    ['of a query', create({ query: { $subject$: '1' } }), ['optional_key']],
    ['of the path', create({ request_path: '/c?f_$subject$=1' }), ['optional_key']],
    ['of a header', create({ request_headers: { 'X-$subject$': '1' } }), ['optional_key']],
    [
      'of JSON text',
      body({ a: '$v$' }, { variables: { v: { json: { $subject$: 1 } } } }),
      ['optional_key'],
    ],
    ['that is a required property is sure', body({ $Field$: 1 }, { properties: ['Field'] }), []],
    [
      'that is a property with a default is sure',
      body({ $Field$: 1 }, { properties: [{ label: 'Field', default: 'cf' }] }),
      [],
    ],
    [
      'that is an optional property may be missing',
      body({ $Field$: 1 }, { properties: [{ label: 'Field', required: false }] }),
      ['optional_key'],
    ],
    ['that is misspelt is told', body({ $contact_idd$: 1 }), ['misspelt_name']],
    ['that is unknown is told', body({ '$quite other$': 1 }), ['unknown_name']],
    ['that lacks its sign is told', body({ f_$subject: 1 }), ['lone_marker']],
    [
      'of two spellings is one key',
      body({ $call_key$: 1, $call_id$: 2 }),
      ['optional_key', 'old_parameter_name', 'equal_keys', 'optional_key'],
    ],
    [
      'is another key in another object',
      body({ a: { $Field$: 1 }, b: { $Field$: 1 } }, { properties: ['Field'] }),
      [],
    ],
    ['that is the recording is refused', body({ $file$: 1 }), ['misplaced_file', 'optional_key']],
    [
      'that is a secret is told',
      body({ $Key$: 1 }, { properties: [{ label: 'Key', type: 'secret' }] }),
      ['secret_in_request'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes).toSorted()).toEqual(expected.toSorted());
  });
});

describe('query', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['may nest and repeat', create({ query: { a: { b: ['$subject$'] }, _limit: 5 } }), []],
    ['is an object', create({ query: ['$subject$'] }), ['wrong_type']],
    ['is no text', create({ query: 'a=1' }), ['wrong_type']],
    [
      'has a name that the path has',
      create({ request_path: '/c?a=1', query: { a: '2' } }),
      ['duplicate_query_name'],
    ],
    [
      'has a name that the parameters of a GET have',
      create({ request_method: 'GET', query: { a: '2' }, request_parameters: { a: '3' } }),
      ['duplicate_query_name'],
    ],
    ['of a POST has names of its own', body({ a: 1 }, {}), []],
    ['may be left out by a condition', create({ query: { '@when': 'subject', a: '1' } }), []],
    [
      'knows its conditions',
      create({ query: { '@when': 'nothing_known', a: '1' } }),
      ['unknown_variable'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });
});

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

describe('an address that an answer gives', () => {
  const CREATE = {
    request_method: 'POST',
    request_path: '/c',
    response_map: { id: '$activity_id$', upload: '$upload_url$' },
  };
  const upload = (request: JsonObject, others: JsonObject = {}): JsonObject => ({
    hosts: ['api.example.com', '*.files.example.com'],
    ...others,
    API: {
      CreateActivity: CREATE,
      UploadFile: {
        request_method: 'PUT',
        request_url: '$upload_url$',
        request_parameters: '$file$',
        ...request,
      },
    },
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['needs "auth": "none"', upload({}), ['address_from_answer']],
    ['with it is right', upload({ auth: 'none' }), []],
    ['needs hosts', { ...upload({ auth: 'none' }), hosts: null }, ['wrong_type']],
    [
      'through a variable',
      upload({ request_url: '$v$' }, { variables: { v: '$upload_url$/x' } }),
      ['address_from_answer'],
    ],
    [
      'as a part of the host',
      upload({ request_url: 'https://$upload_url$.example.com/x' }),
      ['address_from_answer'],
    ],
    [
      'in the path alone is no address',
      upload({ request_url: 'https://api.example.com/$upload_url$' }),
      [],
    ],
    [
      'that is a property is none',
      upload({ request_url: '$Base$/x' }, { properties: ['Base'] }),
      [],
    ],
    [
      'that a variable makes of properties is none',
      upload(
        { request_url: '$v$/x' },
        { properties: ['Base'], variables: { v: 'https://$Base$.example.com' } },
      ),
      [],
    ],
    [
      'of a step',
      {
        hosts: ['api.example.com', '*.files.example.com'],
        API: {
          CreateActivity: CREATE,
          UploadFile: {
            steps: [
              { request_method: 'PUT', request_url: '$upload_url$', request_parameters: '$file$' },
            ],
          },
        },
      },
      ['address_from_answer'],
    ],
    [
      'takes another word than none',
      upload({ auth: 'basic' }),
      ['invalid_option', 'address_from_answer'],
    ],
    [
      'brings no secret, not even in a header',
      upload(
        { auth: 'none', request_headers: { 'X-K': '$Key$' } },
        { properties: [{ label: 'Key', type: 'secret' }] },
      ),
      ['secret_in_request'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes).toSorted()).toEqual(expected.toSorted());
  });

  it('needs hosts, since it could be any', () => {
    const { hosts: _, ...without } = upload({ auth: 'none' });

    expect(codes(without)).toEqual(['hosts_needed']);
  });
});

describe('words that mean something in one place alone', () => {
  const search = (tel: string, others: JsonObject = {}): JsonObject => ({
    ...others,
    API: {
      FindContact: {
        request_method: 'GET',
        request_path: '/c',
        request_parameters: { tel },
        response_map: [{ id: '$contact_id$', tel: '$phone$' }],
      },
    },
  });
  const update = (request: JsonObject): JsonObject => ({
    API: {
      UpdateContact: { request_method: 'PATCH', request_path: '/c/$contact_id$', ...request },
    },
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['cleared of UpdateContact', update({ cleared: 'text' }), []],
    ['cleared in another form', update({ cleared: 'empty' }), ['invalid_option']],
    ['cleared that is no text', update({ cleared: null }), ['wrong_type']],
    ['cleared of another method', create({ cleared: 'null' }), ['key_without_effect']],
    ['phone_formats', search('$phone$', { phone_formats: ['e164', 'last9'] }), []],
    ['a form that is none', search('$phone$', { phone_formats: ['E164'] }), ['invalid_option']],
    [
      'a form that is no number',
      search('$phone$', { phone_formats: ['country'] }),
      ['invalid_option'],
    ],
    ['forms that are no list', search('$phone$', { phone_formats: 'e164' }), ['wrong_type']],
    [
      'a form twice',
      search('$phone$', { phone_formats: ['e164', 'e164'] }),
      ['key_without_effect'],
    ],
    [
      'forms of a number that has one',
      search('$phone_digits$', { phone_formats: ['e164'] }),
      ['key_without_effect'],
    ],
    [
      'forms of a number in a variable',
      search('$v$', { phone_formats: ['e164'], variables: { v: '*$phone$*' } }),
      [],
    ],
    ['forms without FindContact', create({}, { phone_formats: ['e164'] }), ['key_without_effect']],
    [
      'a piece of an answer',
      body({ a: '$kept_whole$' }, { parameters: { kept_whole: 'object' } }),
      [],
    ],
    [
      'a value of ours as a piece of an answer',
      body({ a: '$subject$' }, { parameters: { subject: 'object' } }),
      ['invalid_option'],
    ],
    [
      'the same as an object',
      body({ a: '$subject$' }, { parameters: { subject: { type: 'Object' } } }),
      ['invalid_option'],
    ],
    [
      'an expression of the type object',
      body({ a: '$v$' }, { variables: { v: { expression: '1', type: 'object' } } }),
      ['invalid_option'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });
});

describe('variables of lines and of JSON text', () => {
  const used = (definition: Json, others: JsonObject = {}): JsonObject =>
    body({ a: '$v$' }, { variables: { v: definition, ...others } });

  it.each<[string, JsonObject, readonly string[]]>([
    ['lines', used(['a', '$subject$']), []],
    ['lines that are no texts', used(['a', 1]), ['wrong_type']],
    ['lines within lines', used(['a', ['b']]), ['wrong_type']],
    ['a misspelt name in a line', used(['$subjct$']), ['misspelt_name']],
    ['a circle through lines', used(['$w$'], { w: '$v$' }), ['variable_cycle']],
    ['JSON text', used({ json: { a: ['$subject$'] } }), []],
    ['JSON text of a scalar', used({ json: 1 }), ['wrong_type']],
    ['JSON text with another key', used({ json: {}, other: 1 }), ['unknown_field']],
    ['a misspelt name in JSON text', used({ json: { a: '$subjct$' } }), ['misspelt_name']],
    ['a circle through JSON text', used({ json: { a: '$w$' } }, { w: '$v$' }), ['variable_cycle']],
    ['a key of JSON text that has the name of the variable', used({ json: { v: { a: 1 } } }), []],
    ['a condition in JSON text', used({ json: { a: { '@when': 'subject', b: 1 } } }), []],
    [
      'a condition that is wrong',
      used({ json: { a: { '@when': 'nothing_known', b: 1 } } }),
      ['unknown_variable'],
    ],
    [
      'a circle through a condition',
      used({ json: { '@when': 'w', b: 1 } }, { w: '$v$' }),
      ['variable_cycle'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(codes(changes)).toEqual(expected);
  });
});
