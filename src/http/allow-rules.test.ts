import { describe, expect, test } from 'vitest';
import { allows, allowSetting, parseAllowRules } from './allow-rules.ts';
import type { AllowRule } from './allow-rules.ts';

function rules(text: string): readonly AllowRule[] {
  const parsed = parseAllowRules(text);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.rules;
}

describe('exceptions of the operator', () => {
  test.each([
    ['an address', '10.1.2.3:443', { host: '10.1.2.3', port: 443 }, true],
    ['another port', '10.1.2.3:443', { host: '10.1.2.3', port: 8443 }, false],
    ['another address', '10.1.2.3:443', { host: '10.1.2.4', port: 443 }, false],
    ['a block', '10.0.0.0/8:443', { host: 'crm.lan', address: '10.9.9.9', port: 443 }, true],
    [
      'outside a block',
      '10.0.0.0/8:443',
      { host: 'crm.lan', address: '11.0.0.1', port: 443 },
      false,
    ],
    ['an IPv6 block', '[fd00::/8]:443', { host: 'x', address: 'fd12::1', port: 443 }, true],
    [
      'a mapped form',
      '127.0.0.1:8081',
      { host: 'x', address: '::ffff:127.0.0.1', port: 8081 },
      true,
    ],
    ['a host', 'crm.lan:8443', { host: 'crm.lan', address: '10.0.0.1', port: 8443 }, true],
    [
      'a longer host',
      'crm.lan:8443',
      { host: 'evil.crm.lan', address: '10.0.0.1', port: 8443 },
      false,
    ],
  ])('%s', (_name, text, target, expected) => {
    expect(allows(rules(text), target)).toBe(expected);
  });

  test('several are separated by commas or blanks', () => {
    expect(rules('10.1.2.3:443, 127.0.0.1:8081\ncrm.lan:443')).toHaveLength(3);
  });

  test('all problems are told at once', () => {
    const parsed = parseAllowRules(
      '10.1.2.3, 10.0.0.0/33:443, a b:443x, 1.2.3.4:0, 1.2.3:80, ok.lan:80',
    );

    expect(parsed.ok).toBe(false);
    expect(parsed.ok ? [] : parsed.problems).toHaveLength(6);
  });

  test('the setting that is shown is one that works', () => {
    for (const host of ['127.0.0.1', 'fd00::1', 'crm.lan']) {
      const shown = allowSetting(host, 8081).replace('EGRESS_ALLOW=', '');
      expect(allows(rules(shown), { host, port: 8081 })).toBe(true);
    }
  });
});
