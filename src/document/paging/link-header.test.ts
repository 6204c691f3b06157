import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLinkHeader } from './link-header.ts';

describe('a Link header is read', () => {
  it.each([
    ['<https://a/x?page=2>; rel="next"', [['https://a/x?page=2', 'next']]],
    [
      '<a>; rel=next, <b>; rel="last"',
      [
        ['a', 'next'],
        ['b', 'last'],
      ],
    ],
    ['<a>;title="x, <y>; rel=next"; REL="Prev next"', [['a', 'prev next']]],
    ['<a,b;c>; rel=next', [['a,b;c', 'next']]],
    ['<a>; rel=first; rel=next', [['a', 'first']]],
    ['<a>; rel=next; anchor="#x", <b>; rel=next', [['b', 'next']]],
    ['<a> ; rel = "next"', [['a', 'next']]],
    ['<a>; title="say \\"hi\\""; rel="next"', [['a', 'next']]],
    ['<a>', [['a', '']]],
    ['<a', []],
    ['', []],
  ])('%s', (header, links) => {
    const found = parseLinkHeader(header);

    expect(found.map(({ target, relations }) => [target, relations.join(' ')])).toEqual(links);
  });

  it('never throws and always ends', () => {
    const piece = fc.constantFrom('<', '>', ';', ',', '"', '\\', 'rel', '=', 'next', ' ', 'a');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 2000 }), (pieces) => {
        parseLinkHeader(pieces.join(''));
      }),
      { seed: 10 },
    );
  });
});
