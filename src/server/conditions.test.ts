import { describe, expect, test } from 'vitest';

import { checkConditions, etagOf, isKnown, isNamed, requireIfMatch } from './conditions.ts';

describe('an ETag', () => {
  test('is the same for the same body in another order, another one for another body', () => {
    expect(etagOf({ a: 1, b: 2 })).toBe(etagOf({ b: 2, a: 1 }));
    expect(etagOf({ a: 1 })).not.toBe(etagOf({ a: 2 }));
    expect(etagOf({ a: 1 }, 3)).toMatch(/^"3\.[0-9a-f]{16}"$/u);
  });
});

describe('If-Match', () => {
  test.each([
    ['"3.aa"', '"3.aa"', true],
    ['"3"', '"3.aa"', true],
    ['"3.bb"', '"3.aa"', true],
    ['"2.aa"', '"3.aa"', false],
    ['W/"3.aa"', '"3.aa"', false],
    ['"1", "3"', '"3.aa"', true],
    ['*', '"3.aa"', true],
    ['*', undefined, false],
    ['"aa"', '"aa"', true],
    ['"aa"', '"bb"', false],
    ['3', '"3.aa"', false],
    ['', '"3.aa"', false],
  ])('%s names %s: %s', (header, etag, named) => {
    expect(isNamed(header, etag)).toBe(named);
  });

  test('that is missing is asked for where a change needs it', () => {
    expect(() => requireIfMatch(() => undefined, '"1"')).toThrow('as `If-Match`');
  });

  test('of another state, or of nothing, refuses the change', () => {
    const header = (name: string) => (name === 'if-match' ? '"1"' : undefined);

    expect(() => checkConditions(header, '"2.aa"')).toThrow('read it again');
    expect(() => checkConditions(header, undefined)).toThrow('nothing to change');
    expect(() => checkConditions(header, '"1.aa"')).not.toThrow();
  });
});

describe('If-None-Match', () => {
  test.each([
    ['"3.aa"', true],
    ['W/"3.aa"', true],
    ['"3.bb"', false],
    ['"1", W/"3.aa"', true],
    ['*', true],
  ])('%s knows "3.aa": %s', (header, known) => {
    expect(isKnown(header, '"3.aa"')).toBe(known);
  });

  test('with * only makes what is not there', () => {
    const header = (name: string) => (name === 'if-none-match' ? '*' : undefined);

    expect(() => checkConditions(header, undefined)).not.toThrow();
    expect(() => checkConditions(header, '"1"')).toThrow('exists already');
  });
});
