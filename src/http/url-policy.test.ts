import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeAddress, parseAddress } from './address-policy.ts';
import { parseAllowRules } from './allow-rules.ts';
import { judgeUrl } from './url-policy.ts';
import type { UrlPolicy } from './url-policy.ts';

const STRICT: UrlPolicy = { allow: [], plainHttp: [] };

function policy(allow: string, plainHttp = ''): UrlPolicy {
  const [first, second] = [parseAllowRules(allow), parseAllowRules(plainHttp)];
  if (!first.ok || !second.ok) throw new Error('bad rules in the test');
  return { allow: first.rules, plainHttp: second.rules };
}

describe('a URL is judged before its name is looked up', () => {
  test.each([
    'https://api.example.com/v1',
    'https://api.example.com:8443/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
  ])('%s passes', (url) => {
    expect(judgeUrl(url, STRICT).ok).toBe(true);
  });

  test.each([
    ['http://api.example.com/', 'blocked_scheme'],
    ['ftp://api.example.com/', 'blocked_scheme'],
    ['javascript:alert(1)', 'blocked_scheme'],
    ['file:///etc/passwd', 'blocked_scheme'],
    ['//api.example.com/', 'invalid_url'],
    ['https://', 'invalid_url'],
    ['', 'invalid_url'],
    ['https://user@api.example.com/', 'blocked_host'],
    ['https://api.example.com@evil.test:secret@x.test/', 'blocked_host'],
    ['https://api.example.com./', 'blocked_host'],
    ['https://localhost/', 'blocked_host'],
    ['https://LOCALHOST/', 'blocked_host'],
    ['https://localhost./', 'blocked_host'],
    ['https://crm.localhost/', 'blocked_host'],
    ['https://api.example.com:22/', 'blocked_port'],
    ['https://127.0.0.1/', 'blocked_address'],
    ['https://127.1/', 'blocked_address'],
    ['https://0x7f.1/', 'blocked_address'],
    ['https://0177.0.0.1/', 'blocked_address'],
    ['https://2130706433/', 'blocked_address'],
    ['https://0/', 'blocked_address'],
    ['https://①②⑦.0.0.1/', 'blocked_address'],
    ['https://127.0.0.1./', 'blocked_address'],
    ['https://169.254.169.254/latest/meta-data', 'blocked_address'],
    ['https://[::1]/', 'blocked_address'],
    ['https://[::ffff:7f00:1]/', 'blocked_address'],
    ['https://[64:ff9b::a9fe:a9fe]/', 'blocked_address'],
    ['https://[2002:7f00:1::]/', 'blocked_address'],
  ])('%s is refused: %s', (url, code) => {
    const verdict = judgeUrl(url, STRICT);

    expect(verdict.ok ? 'passed' : verdict.code).toBe(code);
  });

  test('a private address is refused with the setting that allows it', () => {
    const verdict = judgeUrl('http://127.0.0.1:8081/REST', STRICT);

    expect(verdict.ok ? {} : verdict).toMatchObject({ setting: 'EGRESS_ALLOW=127.0.0.1:8081' });
    const after = judgeUrl('http://127.0.0.1:8081/REST', policy('127.0.0.1:8081'));
    expect(after.ok ? {} : after).toMatchObject({ setting: 'EGRESS_PLAIN_HTTP=127.0.0.1:8081' });
    const both = policy('127.0.0.1:8081', '127.0.0.1:8081');
    expect(judgeUrl('http://127.0.0.1:8081/REST', both).ok).toBe(true);
  });

  test('whatever passes is https, without user info, and no literal of it is private', () => {
    const scheme = fc.constantFrom('https://', 'http://', 'HTTPS:\\\\', 'https:', '\thttps://');
    const host = fc.oneof(
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6().map((address) => `[${address}]`),
      fc.nat(0xffffffff).map(String),
      fc.domain(),
      fc.string(),
    );
    fc.assert(
      fc.property(scheme, fc.string({ maxLength: 3 }), host, fc.webPath(), (a, b, c, d) => {
        const verdict = judgeUrl(`${a}${b}${c}${d}`, STRICT);
        if (!verdict.ok) return;
        const { target } = verdict;
        expect([target.secure, target.url.username, target.url.password]).toEqual([true, '', '']);
        if (parseAddress(target.host) !== undefined) {
          expect(judgeAddress(target.host).ok).toBe(true);
        }
      }),
    );
  });
});
