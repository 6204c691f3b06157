import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../json-value.ts';
import { METHOD_NAMES } from '../../methods.ts';
import type { MethodName } from '../../methods.ts';
import { contextOf, documentOf, renderDocument, renderPath } from '../../testing/render-request.ts';
import type { Values } from '../../values/values.ts';

describe('URLs', () => {
  it.each([
    ['one slash between them', 'https://crm.example/v1/', '/c', 'https://crm.example/v1/c'],
    ['letters of a host become lower-case', 'https://CRM.Example', '/C', 'https://crm.example/C'],
    ['the own port is left out', 'https://crm.example:443', '/c', 'https://crm.example/c'],
    ['another port stays', 'https://crm.example:8443', '/c', 'https://crm.example:8443/c'],
    [
      'queries are joined by their parts',
      'https://crm.example/v1?k=1',
      '/c?a=2',
      'https://crm.example/v1/c?k=1&a=2',
    ],
    ['no path at all', 'https://crm.example/rpc', '', 'https://crm.example/rpc'],
    ['a bare host', 'https://crm.example', '', 'https://crm.example/'],
    ['a number sign is no fragment', 'https://crm.example', '/a#b', 'https://crm.example/a%23b'],
    [
      'a percent sign alone is encoded',
      'https://crm.example',
      '/a%b%20',
      'https://crm.example/a%b%20'.replace('%b%', '%25b%'),
    ],
    [
      'letters outside ASCII are encoded',
      'https://crm.example',
      '/é',
      'https://crm.example/%C3%A9',
    ],
  ])('%s', (_, resource_url, path, expected) => {
    expect(renderPath(path, { document: { resource_url } })).toBe(expected);
  });

  it.each([
    ['its path and query', 'https://a.example/base?t=1', 'https://a.example/base/c?t=1'],
    ['its port', 'http://a.example:8080/', 'http://a.example:8080/c'],
    ['an address of IP version 6', 'https://[::1]:8443', 'https://[::1]:8443/c'],
  ])('a placeholder that begins a URL brings %s', (_, value, expected) => {
    const document = { properties: ['URL'], resource_url: '$URL$' };

    expect(renderPath('/c', { document, properties: { URL: value } })).toBe(expected);
  });

  it.each([
    'ftp://a.example',
    'a.example',
    '//a.example',
    'https://user@a.example',
    'https://evil.example\\@a.example',
    'https://a.example:0',
    'https://a.example:99999',
    'https://a b',
    'https://',
    'javascript:alert(1)',
    ' https://a.example',
    'https://a.example/../x',
    'https://a.example/b/%2E%2e',
    'https://a.example/.',
  ])('a placeholder that begins a URL is never %j', (value) => {
    const document = { properties: ['URL'], resource_url: '$URL$' };

    expect(renderPath('/c', { document, properties: { URL: value } })).toMatchObject({
      status: 'unsafe_value',
      name: 'URL',
    });
  });

  it.each([
    ['https://$P$.crm.example', 'a.b', false],
    ['https://$P$.crm.example', 'A-1', true],
    ['https://$P$', 'a.b.example', true],
    ['https://$P$', 'a.example/x', false],
    ['https://$P$:8443/api', 'a.example', true],
    ['https://crm.example:$P$/api', '8443', true],
    ['https://crm.example:$P$/api', '8443/x', false],
    ['https://$P$', '@evil.example', false],
  ])('in %s the value %s is taken: %s', (resource_url, value, taken) => {
    const result = renderPath('/c', {
      document: { properties: ['P'], resource_url },
      properties: { P: value },
    });

    expect(typeof result === 'string').toBe(taken);
  });

  it.each([
    ['an encoded dot beside a dot', '/c/%2e$contact_id$', '.'],
    ['two dots', '/c/$contact_id$', '..'],
    ['a dot', '/c/$contact_id$', '.'],
  ])('a path never has a segment of %s', (_, path, contact_id) => {
    expect(renderPath(path, { values: { contact_id } })).toMatchObject({ status: 'unsafe_value' });
  });

  it.each([
    ["/c('$subject$')", 'odata'],
    ['/c(%27$subject$%27)', undefined],
    ["/c?q=x '$subject$'", undefined],
  ])('a quote between quotes is refused in %s, escape %s', (path, escape) => {
    const document = escape === undefined ? {} : { escape };

    expect(renderPath(path, { document, values: { subject: "O'Brien" } })).toMatchObject({
      status: 'unsafe_value',
      name: 'subject',
    });
  });
});

describe('a quote between quotes of a body', () => {
  const read = ['Users', 'Account', 'Contacts', 'Organizations', 'FindContact', 'SearchContacts'];
  const statusOf = (name: MethodName, verb: string, extra: JsonObject = {}) => {
    const method = {
      request_method: verb,
      request_path: '/c',
      request_parameters: { q: "n = '$subject$'" },
    };
    return renderDocument(
      { ...extra, API: { [name]: method } },
      { method: name, values: { subject: "O'Brien" } },
    ).status;
  };

  it.each(METHOD_NAMES)('is refused in %s when that only reads', (name) => {
    const isReading = read.includes(name) || name === 'FindActivity';

    expect(statusOf(name, 'POST')).toBe(isReading ? 'unsafe_value' : 'request');
    expect(statusOf(name, 'GET')).toBe('unsafe_value');
    expect(statusOf(name, 'POST', { escape: 'sql' })).toBe('request');
  });

  it('is refused again where a method takes the escape of the document back', () => {
    const method = {
      request_method: 'POST',
      request_path: '/c',
      escape: [],
      request_parameters: { q: "n = '$prefix$'" },
    };
    const result = renderDocument(
      { escape: 'sql', API: { SearchContacts: method } },
      { method: 'SearchContacts', values: { prefix: "O'Brien" } },
    );

    expect(result).toMatchObject({ status: 'unsafe_value', name: 'prefix' });
  });

  it('escape concerns mixed text only, in the query of a path too', () => {
    const options = { document: { escape: 'sql' }, values: { subject: "O'B" } };

    expect(renderPath('/q?a=$subject$&b=x $subject$', options)).toBe(
      'https://crm.example/q?a=O%27B&b=x%20O%27%27B',
    );
  });
});

describe('the link to a page of the CRM', () => {
  const document = documentOf({
    properties: ['URL'],
    contact_url: '$URL$/contact/$contact_id$?from=$subject$',
    activity_url: 'https://app.example/$activity_id$',
  });
  const open = (URL: string, values: Values) =>
    document.link('contact_url', contextOf({ properties: { URL }, values }));

  it('is filled like an address', () => {
    expect(open('https://a.example/x/', { contact_id: 'a/b c' })).toBe(
      'https://a.example/x/contact/a%2Fb%20c',
    );
    expect(document.link('activity_url', contextOf({ values: { activity_id: '7' } }))).toBe(
      'https://app.example/7',
    );
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'ftp://a.example', 'a.example', ''])(
    'is none for %j',
    (URL) => {
      expect(open(URL, { contact_id: '1' })).toBeUndefined();
    },
  );

  it.each([[{}], [{ contact_id: '..' }]])('is none with %j', (values) => {
    expect(open('https://a.example', values)).toBeUndefined();
  });
});

describe('origins', () => {
  const hosted = {
    properties: ['URL'],
    resource_url: '$URL$',
    hosts: ['crm.example', '*.eu.crm.example'],
  };

  it.each([
    ['https://crm.example', true],
    ['https://a.eu.crm.example', true],
    ['https://a.b.eu.crm.example', true],
    ['https://eu.crm.example', false],
    ['https://evil.example', false],
    ['https://xcrm.example', false],
  ])('hosts lets %s through: %s', (URL, through) => {
    const result = renderPath('/c', { document: hosted, properties: { URL } });

    expect(typeof result === 'string').toBe(through);
  });

  it('a pinned origin excludes all others, another port too', () => {
    const options = { properties: { URL: 'https://crm.example' } };
    const pinned = (origin: string) =>
      renderPath('/c', { document: hosted, ...options, context: { origins: [origin] } });

    expect(pinned('https://crm.example')).toBe('https://crm.example/c');
    expect(pinned('https://crm.example:8443')).toMatchObject({ status: 'unsafe_value' });
  });

  it('a pinned origin that hosts no longer allows is refused', () => {
    const URL = 'https://evil.example';

    expect(
      renderPath('/c', { document: hosted, properties: { URL }, context: { origins: [URL] } }),
    ).toMatchObject({ status: 'unsafe_value' });
  });

  it('a value of the call cannot choose the origin', () => {
    const document = {
      parameters: { upload_url: 'string' },
      resource_url: '$upload_url$',
      hosts: ['up.example'],
    };
    const values = { upload_url: 'https://evil.example' };

    expect(renderPath('/c', { document, values })).toMatchObject({ status: 'unsafe_value' });
  });

  it('a next link replaces path and query and is held to the origins', () => {
    const next = (nextUrl: string) => renderPath('/c?a=1', { context: { nextUrl } });

    expect(next('https://crm.example/d?cursor=x%2By')).toBe('https://crm.example/d?cursor=x%2By');
    expect(next('https://evil.example/d')).toMatchObject({ status: 'unsafe_value' });
  });
});
