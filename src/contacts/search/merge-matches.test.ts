import { expect, test } from 'vitest';

import type { Match } from '../identify/match.ts';
import { mergeMatches as merge } from './merge-matches.ts';
import type { SearchHit } from './merge-matches.ts';

const hit = (
  connectionId: string,
  id: string,
  name: string,
  more: Partial<Match> = {},
): SearchHit => ({
  connectionId,
  match: {
    ...{ source: 'index', kind: 'person', contactId: id, name, phones: [], emails: [], record: {} },
    ...more,
  },
});
const mergeMatches = (
  indexed: readonly SearchHit[],
  told: readonly SearchHit[],
  limit: number,
  query = '',
): readonly SearchHit[] => merge(indexed, told, { query, limit });
const crm = { source: 'crm' } as const;
const seen = (hits: readonly SearchHit[]): readonly string[] =>
  hits.map(({ connectionId, match }) => `${connectionId} ${match.source} ${match.name ?? ''}`);

test('a contact that both know is told once, as the CRM has it', () => {
  const merged = mergeMatches([hit('a', '7', 'Ada Old')], [hit('a', '7', 'Ada New', crm)], 20);

  expect(seen(merged)).toEqual(['a crm Ada New']);
});

test("what the CRM's search does not tell of a contact is told from the index", () => {
  const known = { jobTitle: 'Pilot', emails: ['ada@crm.test'], phones: ['1'] };
  const told = hit('a', '7', 'Ada New', { ...crm, phones: ['2'] });
  const merged = mergeMatches([hit('a', '7', 'Ada Old', known)], [told], 20);

  expect(merged.map(({ match }) => match)).toMatchObject([
    { source: 'crm', name: 'Ada New', jobTitle: 'Pilot', emails: ['ada@crm.test'], phones: ['2'] },
  ]);
});

test.each<[string, SearchHit, SearchHit]>([
  ['of two connections', hit('a', '7', 'Ada'), hit('b', '7', 'Ada', crm)],
  ['with two ids', hit('a', '7', 'Ada'), hit('a', '8', 'Ada', crm)],
  [
    'of two kinds of record',
    hit('a', '7', 'Ada', { contactType: 'lead' }),
    hit('a', '7', 'Ada', { ...crm, contactType: 'client' }),
  ],
  [
    'that are a person and a company',
    hit('a', '7', 'Ada', { kind: 'company' }),
    hit('a', '7', 'Ada', crm),
  ],
])('contacts %s are two', (_name, indexed, told) => {
  expect(mergeMatches([indexed], [told], 20)).toHaveLength(2);
});

test('a source that names no kind of record means the kind that the other one names', () => {
  const typed = hit('a', '7', 'Ada', { contactType: 'lead' });

  expect(seen(mergeMatches([typed], [hit('a', '7', 'Ada', crm)], 20))).toEqual(['a crm Ada']);
});

test('all stand in the order of the index, whoever told them, and no more than asked for', () => {
  const indexed = [hit('a', '1', 'Änne'), hit('a', '2', 'Zoe')];
  const told = [hit('a', '3', 'bob', crm), hit('a', '3', 'bob', crm)];

  expect(seen(mergeMatches(indexed, told, 20))).toEqual([
    'a index Änne',
    'a crm bob',
    'a index Zoe',
  ]);
  expect(seen(mergeMatches(indexed, told, 2))).toEqual(['a index Änne', 'a crm bob']);
});

test('whom a CRM tells of without anything of what was typed comes after all others', () => {
  const indexed = [hit('a', '9', 'Zoë Ångström')];
  const everybody = [
    hit('a', '1', 'Ada', crm),
    hit('a', '2', 'Bob', { ...crm, company: 'Zo Ltd' }),
    hit('a', '3', 'Cy', { ...crm, phones: ['020 7946 0018'] }),
    hit('a', '9', 'Zoë Ångström', crm),
  ];

  expect(seen(mergeMatches(indexed, everybody, 3, 'zo'))).toEqual([
    'a crm Bob',
    'a crm Zoë Ångström',
    'a crm Ada',
  ]);
  expect(seen(mergeMatches([], everybody, 1, '+44 20 7946 0018'))).toEqual(['a crm Cy']);
  expect(seen(mergeMatches([], everybody, 1, '79460018'))).toEqual(['a crm Cy']);
});
