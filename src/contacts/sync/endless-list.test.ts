import { expect, test } from 'vitest';

import type { ContactKey } from '../contact-record.ts';
import { createEndlessWatch } from './endless-list.ts';

const person = (crmId: string): ContactKey => ({ kind: 'person', contactType: '', crmId });

/** The first page after which the list is taken for endless; undefined: none of them. */
function endsAfter(pages: readonly (readonly string[])[], objectOf = (_page: number) => 0) {
  const watch = createEndlessWatch();
  const at = pages.findIndex((ids, page) => {
    for (const id of ids) watch.told(objectOf(page), person(id));
    return watch.pageEnds();
  });
  return at === -1 ? undefined : at + 1;
}

const pageOf = (from: number, size = 10): readonly string[] =>
  Array.from({ length: size }, (_, at) => String(from + at));
const times = <T>(count: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, at) => make(at));

test.each<[what: string, pages: readonly (readonly string[])[], ends: number | undefined]>([
  ['the same page for ever', times(50, () => pageOf(0)), 21],
  ['the same people in a circle', times(60, (at) => pageOf((at % 10) * 10)), 30],
  ['the same people, mixed anew each time', times(50, (at) => pageOf(0).toSorted(by(at))), 21],
  ['others each time', times(2_000, (at) => pageOf(at * 10)), undefined],
  ['one new one of ten each time', times(200, (at) => pageOf(at)), undefined],
  [
    'a few pages twice',
    [...times(19, (at) => pageOf(at)), ...times(19, (at) => pageOf(at))],
    undefined,
  ],
  ['pages of which nothing is read', times(50, () => []), undefined],
])('%s', (_what, pages, ends) => {
  expect(endsAfter(pages)).toBe(ends);
});

test('another list of the document may tell of the same people', () => {
  const pages = times(60, (at) => pageOf((at % 30) * 10));

  expect(endsAfter(pages, (page) => Math.floor(page / 30))).toBeUndefined();
  expect(endsAfter(pages)).toBe(50);
});

test('kinds of contacts with the same ids are others', () => {
  const watch = createEndlessWatch();
  const ends = times(60, (at) => {
    watch.told(0, { ...person('1'), contactType: `type ${at}` });
    return watch.pageEnds();
  });

  expect(ends).not.toContain(true);
});

/** An order that differs from page to page. */
function by(at: number): (a: string, b: string) => number {
  return (a, b) => ((Number(a) * 7 + at) % 10) - ((Number(b) * 7 + at) % 10);
}
