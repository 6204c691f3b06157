import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EgressFault } from './fault.ts';
import { toRequestHeaders } from './request-headers.ts';

function check(name: string, value: string): readonly (readonly [string, string])[] | undefined {
  try {
    return toRequestHeaders([[name, value]], { contentType: undefined, acceptGzip: true });
  } catch (err) {
    if (err instanceof EgressFault) return undefined;
    throw err;
  }
}

test('our headers are added, and a value of the document wins over a default', () => {
  const headers = toRequestHeaders([['Accept', 'application/json']], {
    contentType: 'text/plain',
    acceptGzip: true,
  });

  expect(headers).toEqual([
    ['Accept', 'application/json'],
    ['user-agent', 'Patchcord'],
    ['accept-encoding', 'gzip'],
    ['content-type', 'text/plain'],
  ]);
});

test('a request without a body may say its content type, one with a body says that of the body', () => {
  const own = [['Content-Type', 'application/json']] as const;

  expect(toRequestHeaders(own, { contentType: undefined, acceptGzip: true })).toContainEqual(
    own[0],
  );
  expect(() => toRequestHeaders(own, { contentType: 'text/plain', acceptGzip: true })).toThrow(
    EgressFault,
  );
});

test('no header splits a request, whatever its name and value are', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('\r', '\n', '\0', ':', ' '), fc.string()),
  });
  fc.assert(
    fc.property(text, text, (name, value) => {
      const headers = check(name, value) ?? [];
      const written = headers.map(([key, content]) => `${key}: ${content}`);
      expect(written.every((line) => !/[\r\n\0]/.test(line))).toBe(true);
      expect(headers.every(([key]) => /^[^\s:]+$/.test(key))).toBe(true);
    }),
  );
});

test('the refusal names the header and never its value', () => {
  expect(() =>
    toRequestHeaders([['X-Key', 'secret\r\nvalue']], { contentType: undefined, acceptGzip: true }),
  ).toThrow(/^The value of X-Key is not allowed in a header\.$/);
});
