import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { codes } from '../testing/request-codes.ts';

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
