import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { bodyText, renderDocument, requestOf } from '../testing/render-request.ts';

function sent(method: JsonObject, values: Record<string, string> = {}, document: JsonObject = {}) {
  const request = { request_path: '/c', ...method };
  return requestOf(renderDocument({ ...document, API: { CreateActivity: request } }, { values }));
}

describe('query', () => {
  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('goes into the URL of a %s', (verb) => {
    const request = sent(
      { request_method: verb, query: { notify: '$user_id$' }, request_parameters: { a: 1 } },
      { user_id: '7 8' },
    );

    expect(request.url).toBe('https://crm.example/c?notify=7%208');
    expect(bodyText(request)).toBe('{"a":1}');
  });

  it('alone makes no body', () => {
    expect(sent({ request_method: 'DELETE', query: { a: '1' } })).toEqual({
      method: 'DELETE',
      url: 'https://crm.example/c?a=1',
      headers: [],
    });
  });

  it('follows the query of the path, both pairs of one name', () => {
    const request = sent({
      request_method: 'POST',
      request_path: '/c?a=1',
      query: { a: '2', b: '3' },
    });

    expect(request.url).toBe('https://crm.example/c?a=1&a=2&b=3');
  });

  it('stands before the parameters of a GET, whose members win', () => {
    const request = sent(
      {
        request_method: 'GET',
        query: { q: 'a', keep: '1', o: { x: '1' } },
        request_parameters: { q: '$email$', o: { y: '2' } },
      },
      { email: 'b' },
    );

    expect(request.url).toBe('https://crm.example/c?keep=1&q=b&o%5By%5D=2');
  });

  it('loses to a parameter of a GET even where that has no value', () => {
    const method = {
      request_method: 'GET',
      query: { q: 'a' },
      request_parameters: { q: '$email$' },
    };

    expect(sent(method).url).toBe('https://crm.example/c');
  });

  it('loses to a parameter of a GET whose key is filled alike', () => {
    const method = {
      request_method: 'GET',
      query: { q: 'a' },
      request_parameters: { $subject$: 'b' },
    };

    expect(sent(method, { subject: 'q' }).url).toBe('https://crm.example/c?q=b');
    expect(sent(method, { subject: 'r' }).url).toBe('https://crm.example/c?q=a&r=b');
  });

  it('drops what has no value, nests objects and repeats lists', () => {
    const query = { a: '$email$', b: { c: ['$subject$', '$mobile$'] }, _limit: '5' };

    expect(sent({ request_method: 'POST', query }, { subject: 's' }).url).toBe(
      'https://crm.example/c?b%5Bc%5D=s&_limit=5',
    );
  });

  it('knows @when', () => {
    const query = { '@when': 'email', a: '1' };
    const get = { request_method: 'GET', query, request_parameters: { b: '2' } };

    expect(sent(get).url).toBe('https://crm.example/c?b=2');
    expect(sent(get, { email: 'x' }).url).toBe('https://crm.example/c?a=1&b=2');
  });

  it('escapes mixed text, and refuses what could end a quoted text without escape', () => {
    const method = { request_method: 'POST', query: { q: "n = '$subject$'", lone: '$subject$' } };
    const values = { subject: "O'Brien" };

    expect(sent({ ...method, escape: 'odata' }, values).url).toBe(
      'https://crm.example/c?q=n%20%3D%20%27O%27%27Brien%27&lone=O%27Brien',
    );
    expect(
      renderDocument({ API: { CreateActivity: { request_path: '/c', ...method } } }, { values }),
    ).toMatchObject({ status: 'unsafe_value', name: 'subject' });
  });

  it('is replaced by a next link', () => {
    const API = { Contacts: { request_method: 'POST', request_path: '/c', query: { a: '1' } } };
    const context = { nextUrl: 'https://crm.example/c?page=2' };

    const result = renderDocument({ API }, { method: 'Contacts', context });

    expect(requestOf(result).url).toBe('https://crm.example/c?page=2');
  });
});
