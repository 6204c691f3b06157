import { describe, expect, it } from 'vitest';
import { renderPath } from '../testing/render-request.ts';

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
