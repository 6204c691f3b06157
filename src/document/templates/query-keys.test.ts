import { describe, expect, it } from 'vitest';
import { namesInQueryKeys } from './query-keys.ts';

describe('namesInQueryKeys', () => {
  it.each([
    ['/c/$a$=1', []],
    ['/c?x=$a$', []],
    ['/c?$a$', []],
    ['/c?$a$&x=1', []],
    ['/c?x=is?$a$=1', []],
    ['/c&$a$=1', []],
    ['/c?x=$a$=$b$', []],
    ['/c?$a$=1', ['a']],
    ['/c?x=1&f[$a$]=$b$&$b$=2', ['a', 'b']],
    ['$a$?$b$=1', ['b']],
  ])('of %s', (text, names) => {
    const isKnown = (name: string): boolean => name === 'a' || name === 'b';
    const found = namesInQueryKeys(text, 'dollar', isKnown);

    expect(found.map(({ name }) => name)).toEqual(names);
    for (const { name, offset } of found) expect(text.startsWith(`$${name}$`, offset)).toBe(true);
  });
});
