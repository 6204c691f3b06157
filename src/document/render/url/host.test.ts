import { describe, expect, it } from 'vitest';
import { compileHostRule, readAuthority } from './host.ts';

describe('readAuthority', () => {
  it.each([
    ['CRM.Example', 'https://crm.example'],
    ['crm.example:443', 'https://crm.example'],
    ['crm.example:80', 'https://crm.example:80'],
    ['10.0.0.5:8443', 'https://10.0.0.5:8443'],
    ['[2001:DB8::1]', 'https://[2001:db8::1]'],
  ])('reads %s', (text, origin) => {
    expect(readAuthority('https', text)?.origin).toBe(origin);
  });

  it.each([
    '',
    ':443',
    'a b',
    'u@a',
    'u:p@a',
    'a/b',
    'a\\b',
    'a:',
    'a:x',
    'a:70000',
    'é.example',
    '[::1',
    'a..b',
    '.a',
  ])('refuses %j', (text) => {
    expect(readAuthority('https', text)).toBeUndefined();
  });

  it.each(['ftp', '', 'javascript', 'file'])('refuses the scheme %j', (scheme) => {
    expect(readAuthority(scheme, 'a.example')).toBeUndefined();
  });
});

describe('compileHostRule', () => {
  it.each([
    ['crm.example', 'crm.example', true],
    ['CRM.example', 'crm.example', true],
    ['crm.example', 'a.crm.example', false],
    ['*.crm.example', 'a.crm.example', true],
    ['*.crm.example', 'a.b.crm.example', true],
    ['*.crm.example', 'crm.example', false],
    ['*.crm.example', 'evilcrm.example', false],
    ['*.example', 'a.example', false],
    ['*.*.example', 'a.b.example', false],
    ['*', 'a.example', false],
    ['crm.*', 'crm.example', false],
  ])('%s for %s: %s', (pattern, host, matches) => {
    expect(compileHostRule(pattern).matches(host)).toBe(matches);
  });
});
