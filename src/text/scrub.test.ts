import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createScrubber, createSecretRegistry } from './scrub.ts';

const SECRET = 'p@ss/w+rd "é~1"';

test.each([
  ['plain', SECRET],
  ['Base64', Buffer.from(SECRET).toString('base64')],
  ['Base64 without padding', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
  ['Base64url', Buffer.from(SECRET).toString('base64url')],
  ['URL-encoded', encodeURIComponent(SECRET)],
  ['URL-encoded in small letters', encodeURIComponent(SECRET).toLowerCase()],
  ['in a form', new URLSearchParams({ a: SECRET }).toString()],
  ['in a URL', new URL(`https://x.test/?a=${encodeURIComponent(SECRET)}`).href],
  ['hexadecimal', Buffer.from(SECRET).toString('hex')],
  ['in JSON', JSON.stringify({ a: SECRET })],
  ['in JSON in JSON', JSON.stringify({ body: JSON.stringify({ a: SECRET }) })],
])('a secret is removed: %s', (_form, text) => {
  const scrubbed = createScrubber([SECRET])(`before ${text} after`);

  expect(scrubbed).toMatch(/^before .*\[secret\].* after$/);
  for (const part of ['w+rd', 'w%2Brd', 'w%2brd', Buffer.from('ss/w+r').toString('base64')]) {
    expect(scrubbed).not.toContain(part);
  }
});

test.each(['&#39;', '&#039;', '&#x27;', '&apos;', "'"])(
  'a secret is removed from an error page that writes an apostrophe as %s',
  (apostrophe) => {
    const page = `<p>Bad key: k&lt;1&gt;&amp;&quot;r${apostrophe}q</p>`;

    expect(createScrubber(['k<1>&"r\'q'])(page)).toBe('<p>Bad key: [secret]</p>');
  },
);

test('a password is removed from Basic credentials whatever the length of the user name', () => {
  for (const user of ['a', 'bo', 'eve', 'john.doe@crm.test']) {
    const header = `Basic ${Buffer.from(`${user}:correct horse battery`).toString('base64')}`;

    const scrubbed = createScrubber(['correct horse battery'])(header);

    const rest = scrubbed.replace('Basic ', '').replace('[secret]', '');
    expect(scrubbed).toContain('[secret]');
    expect(Buffer.from(rest, 'base64').toString('latin1')).not.toMatch(/horse|battery/);
  }
});

test('the longer of two secrets with one beginning goes whole', () => {
  expect(createScrubber(['token', 'token-long'])('a token-long, a token')).toBe(
    'a [secret], a [secret]',
  );
});

test('short values are left alone', () => {
  expect(createScrubber(['', 'abc'])('abc abc')).toBe('abc abc');
});

test('a registered secret is scrubbed from then on', () => {
  const registry = createSecretRegistry();
  const before = registry.scrub('tok-12345');

  registry.register('tok-12345');

  expect([before, registry.scrub('tok-12345')]).toEqual(['tok-12345', '[secret]']);
});

test('no secret survives in any place of any text', () => {
  const secret = fc.string({ minLength: 4, maxLength: 40, unit: 'binary' });
  fc.assert(
    fc.property(fc.string(), secret, fc.string(), (before, value, after) => {
      const scrub = createScrubber([value]);
      const forms = [
        value,
        encodeURIComponent(value.toWellFormed()),
        JSON.stringify(value).slice(1, -1),
      ];
      for (const form of forms) {
        // The mark itself may hold the secret's characters.
        if (!'[secret]'.includes(form)) {
          const left = scrub(before + form + after).split('[secret]');
          expect(left.some((part) => part.includes(form))).toBe(false);
        }
      }
    }),
  );
});

test('a forgotten secret is scrubbed no more, unless somebody else has registered it too', () => {
  const registry = createSecretRegistry();
  registry.register('token-one');
  registry.register('token-two');
  registry.register('token-two');

  registry.forget('token-one');
  registry.forget('token-two');
  registry.forget('never-known');

  expect(registry.scrub('token-one token-two')).toBe('token-one [secret]');
  registry.forget('token-two');
  expect(registry.scrub('token-one token-two')).toBe('token-one token-two');
});

test('a form that two secrets share stays as long as one of them does', () => {
  const registry = createSecretRegistry();
  const hex = Buffer.from('shared').toString('hex');
  registry.register('shared');
  registry.register(hex);

  registry.forget('shared');

  expect(registry.scrub(`a ${hex}`)).toBe('a [secret]');
});
