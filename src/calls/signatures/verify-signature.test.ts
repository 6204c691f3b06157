import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { readSigningSecret } from './signing-secret.ts';
import { sign } from './testing/sign.ts';
import { verifySignature } from './verify-signature.ts';
import type { Verdict } from './verify-signature.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const NOW = Date.parse('2026-03-02T09:15:00.000Z');
const BODY = '{"call_id":"c-1","kind":"ended"}';

type Headers = Readonly<Partial<Record<keyof ReturnType<typeof sign>, string | undefined>>>;

function judge(
  headers: Headers,
  { body = BODY, secrets = [SECRET] }: { body?: string | Uint8Array; secrets?: string[] } = {},
): Verdict {
  return verifySignature({
    headers: {
      id: headers['webhook-id'],
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
    },
    body: Buffer.from(body),
    secrets: secrets.flatMap((secret) => readSigningSecret(secret) ?? []),
    now: NOW,
  });
}

const signed = sign(BODY, { id: 'm-1', at: NOW, secrets: [SECRET] });
const signature = signed['webhook-signature'];

describe('a signature', () => {
  test('of the example that the libraries of Standard Webhooks share is right', () => {
    const verdict = verifySignature({
      headers: {
        id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        timestamp: '1614265330',
        signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      body: Buffer.from('{"test": 2432232314}'),
      secrets: [readSigningSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? Buffer.alloc(0)],
      now: 1_614_265_330_000,
    });

    expect(verdict).toEqual({ ok: true, messageId: 'msg_p5jXN8AQM9LWM0D4loKWxJek', secret: 0 });
  });

  test('with either secret of two is right, and it is known which it was', () => {
    const secrets = [SECRET, OTHER];

    expect(judge(signed, { secrets })).toMatchObject({ ok: true, secret: 0 });
    expect(judge(sign(BODY, { id: 'm-1', at: NOW, secrets: [OTHER] }), { secrets })).toMatchObject({
      ok: true,
      secret: 1,
    });
  });

  const right: readonly (readonly [string, string])[] = [
    ['beside one of another version', `v1a,${'A'.repeat(86)}== ${signature}`],
    [
      'beside one of another secret',
      sign(BODY, { id: 'm-1', at: NOW, secrets: [OTHER, SECRET] })['webhook-signature'],
    ],
    ['without padding', signature.replace('=', '')],
  ];
  test.each(right)('%s is right', (_name, text) => {
    expect(judge({ ...signed, 'webhook-signature': text })).toMatchObject({ ok: true });
  });

  const clocks: readonly (readonly [string, number, boolean])[] = [
    ['299 seconds old', -299_000, true],
    ['300 seconds old', -300_000, true],
    ['301 seconds old', -301_000, false],
    ['300 seconds ahead', 300_000, true],
    ['301 seconds ahead', 301_000, false],
    ['of a year ago', -365 * 86_400_000, false],
  ];
  test.each(clocks)('%s: taken?', (_name, offset, ok) => {
    expect(judge(sign(BODY, { id: 'm-1', at: NOW + offset, secrets: [SECRET] })).ok).toBe(ok);
  });

  const wrong: readonly (readonly [string, Headers, string])[] = [
    ['no header at all', {}, 'belong together'],
    ['no id', { ...signed, 'webhook-id': undefined }, 'belong together'],
    ['no timestamp', { ...signed, 'webhook-timestamp': undefined }, 'belong together'],
    ['no signature', { ...signed, 'webhook-signature': undefined }, 'belong together'],
    ['an empty signature', { ...signed, 'webhook-signature': '' }, 'No signature'],
    ['an empty id', { ...signed, 'webhook-id': '' }, '200 characters'],
    ['an id of 201 characters', { ...signed, 'webhook-id': 'x'.repeat(201) }, '200 characters'],
    ['another id', { ...signed, 'webhook-id': 'm-2' }, 'No signature'],
    ['milliseconds', { ...signed, 'webhook-timestamp': String(NOW) }, 'whole seconds'],
    ['a negative time', { ...signed, 'webhook-timestamp': '-1' }, 'whole seconds'],
    [
      'a time in words',
      { ...signed, 'webhook-timestamp': '2026-03-02T09:15:00Z' },
      'whole seconds',
    ],
    ['another second', { ...signed, 'webhook-timestamp': String(NOW / 1_000 + 1) }, 'No signature'],
    ['no version', { ...signed, 'webhook-signature': signature.slice(3) }, 'No signature'],
    ['hexadecimal', { ...signed, 'webhook-signature': `v1,${'ab'.repeat(32)}` }, 'No signature'],
    [
      'the right one as the eleventh',
      { ...signed, 'webhook-signature': `${'v1,x '.repeat(10)}${signature}` },
      'No signature',
    ],
  ];
  test.each(wrong)('with %s is refused, and it is said why', (_name, headers, words) => {
    expect(judge(headers)).toEqual({ ok: false, message: expect.stringContaining(words) });
  });

  test('is over the bytes: what is not UTF-8 counts as it came', () => {
    const body = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    const headers = sign(body, { id: 'm-1', at: NOW, secrets: [SECRET] });

    expect(judge(headers, { body }).ok).toBe(true);
    expect(judge(headers, { body: Buffer.from(body.toString()) }).ok).toBe(false);
  });

  test('without any secret is never right', () => {
    expect(judge(signed, { secrets: [] }).ok).toBe(false);
  });
});

const id = fc.stringMatching(/^[\x21-\x7e]{1,40}$/u);
const body = fc.json().map((text) => `{"event":${text}}`);

describe('any message', () => {
  test('that its sender signed is taken, and with one bit of anything changed it is not', () => {
    fc.assert(
      fc.property(id, body, fc.nat(), fc.nat(7), (messageId, text, place, bit) => {
        const headers = sign(text, { id: messageId, at: NOW, secrets: [SECRET] });
        expect(judge(headers, { body: text })).toEqual({ ok: true, messageId, secret: 0 });

        const bytes = Buffer.from(text);
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        expect(judge(headers, { body: bytes }).ok).toBe(false);

        const mac = Buffer.from(headers['webhook-signature'].slice(3), 'base64');
        mac[place % 32] = (mac[place % 32] ?? 0) ^ (1 << bit);
        const forged = { ...headers, 'webhook-signature': `v1,${mac.toString('base64')}` };
        expect(judge(forged, { body: text }).ok).toBe(false);
      }),
    );
  });

  test('cut at another full stop is no message', () => {
    const part = fc.oneof(fc.stringMatching(/^\d{1,11}$/u), fc.constant(String(NOW / 1_000)));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 10 }), body, (parts, text) => {
        const messageId = ['m', ...parts].join('.');
        const headers = sign(text, { id: messageId, at: NOW, secrets: [SECRET] });
        const pieces = `${messageId}.${headers['webhook-timestamp']}.${text}`.split('.');
        for (let at = 1; at < pieces.length - 1; at += 1) {
          const cut = pieces.slice(0, at).join('.');
          if (cut === messageId) continue;
          const rest = pieces.slice(at + 1).join('.');
          const moved = { ...headers, 'webhook-id': cut, 'webhook-timestamp': pieces[at] ?? '' };
          // The signature is over the same bytes and may fit, but what is left is no JSON.
          if (judge(moved, { body: rest }).ok) expect(() => JSON.parse(rest)).toThrow(SyntaxError);
        }
      }),
    );
  });

  test('from anybody else is refused, whatever stands in its headers', () => {
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constant(signature),
      fc.constant('m-1'),
    );
    fc.assert(
      fc.property(header, header, header, fc.string(), (messageId, timestamp, mac, text) => {
        const headers = {
          'webhook-id': messageId,
          'webhook-timestamp': timestamp,
          'webhook-signature': mac,
        };
        expect(judge(headers, { body: text }).ok).toBe(false);
      }),
    );
  });
});
