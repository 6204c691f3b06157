import { describe, expect, it } from 'vitest';

import { jsonShape } from './json-shape.ts';

describe('the shape of a JSON text', () => {
  it.each([
    ['{"id":5,"name":"Ann Smith","tags":["a","b"]}', '{"id":…,"name":…,"tags":[…]}'],
    ['[{"uuid":"7"},{"uuid":"8"}]', '[{"uuid":…}]'],
    ['[]', '[]'],
    ['{"data":{}}', '{"data":{}}'],
    ['null', '…'],
    ['"secret"', '…'],
  ])('of %s is %s', (text, shape) => {
    expect(jsonShape(text, 300)).toBe(shape);
  });

  it.each(['', 'OK', '<a/>', '{"a":'])('of %j is none', (text) => {
    expect(jsonShape(text, 300)).toBeUndefined();
  });

  it('is cut where it is long, and where it is deep', () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    const wide = JSON.stringify(
      Object.fromEntries('abcdefgh'.split('').map((key) => [key, 'value'])),
    );

    expect(jsonShape(wide, 12)).toBe('{"a":…,"b":…');
    expect(jsonShape(deep, 300)?.length).toBeLessThan(100);
  });
});
