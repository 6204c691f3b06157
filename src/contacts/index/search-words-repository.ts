import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import type { Handle } from '../../store/handle.ts';
import { prepared, preparedRows } from '../../store/prepared.ts';
import { beginning } from './contact-repository.ts';
import type { Beginning } from './contact-repository.ts';
import { contactId, numberOf, placeOf } from './contact-rows-repository.ts';
import type { After, Candidate } from './search-repository.ts';
import type { WordKind } from './words-text.ts';

interface WordRange {
  readonly book: number;
  readonly from: string;
  readonly to: string;
  /** As rows have it: `placeOf`. */
  readonly kind: number;
}

const selectByWord = prepared(
  (
    handle,
    given: WordRange & { readonly name: string; readonly number: number; readonly limit: number },
  ) =>
    handle
      .selectFrom('contact_word')
      .select(['number', 'sort_name'])
      .where('book', '=', given.book)
      .where('kind', '=', given.kind)
      .where('word', '>=', given.from)
      .where('word', '<=', given.to)
      .where((eb) =>
        eb(eb.refTuple('sort_name', 'number'), '>', eb.tuple(given.name, given.number)),
      )
      .orderBy('sort_name')
      .orderBy('number')
      .limit(given.limit),
);

interface WordPage {
  readonly beginning: string;
  readonly kind: WordKind;
  readonly after: After;
  readonly limit: number;
}

/**
 * Contacts with a further word that begins so, in the order of lists; one with two words comes twice.
 * All that there are are read and sorted.
 */
export async function listByWord(
  handle: Handle,
  book: number,
  of: WordPage,
): Promise<readonly Candidate[]> {
  const rows = await selectByWord(handle, {
    ...{ book, ...beginning(of.beginning), kind: placeOf(of.kind), limit: of.limit },
    ...numberAfter(of.after),
  });
  return rows.map(({ number, sort_name }) => ({ id: contactId(book, number), sort_name }));
}

/** The first ones of each word, which stand in order, are all that is read and sorted. */
const selectByWords = preparedRows(
  (
    handle,
    words: readonly {
      readonly book: number;
      readonly kind: number;
      readonly word: string;
      readonly name: string;
      readonly number: number;
      readonly limit: number;
    }[],
  ) => {
    const [first, ...others] = words.map((given) =>
      handle
        .selectFrom((eb) =>
          eb
            .selectFrom('contact_word')
            .select(['number', 'sort_name'])
            .where('book', '=', given.book)
            .where('kind', '=', given.kind)
            .where('word', '=', given.word)
            .where((row) =>
              row(row.refTuple('sort_name', 'number'), '>', row.tuple(given.name, given.number)),
            )
            .orderBy('sort_name')
            .orderBy('number')
            .limit(given.limit)
            .as('of_word'),
        )
        .select(['number', 'sort_name']),
    );
    if (first === undefined) throw new Error('a search for no word');
    const all = others.reduce((before, next) => before.unionAll(next), first);
    return all
      .orderBy('sort_name')
      .orderBy('number')
      .limit(words[0]?.limit ?? 0);
  },
);

/** The same as `listByWord` of these very words; quick also where each of them has many contacts. */
export async function listByWords(
  handle: Handle,
  book: number,
  of: Omit<WordPage, 'beginning'> & { readonly words: readonly string[] },
): Promise<readonly Candidate[]> {
  if (of.words.length === 0) return [];
  const given = { book, kind: placeOf(of.kind), ...numberAfter(of.after), limit: of.limit };
  const rows = await selectByWords(
    handle,
    of.words.map((word) => ({ ...given, word })),
  );
  return rows.map(({ number, sort_name }) => ({ id: contactId(book, number), sort_name }));
}

function numberAfter(after: After): { readonly name: string; readonly number: number } {
  return { name: after?.sort_name ?? '', number: after === undefined ? -1 : numberOf(after.id) };
}

/** From one word to the next one: rows with the same word are passed over. */
const selectWords = prepared((handle, given: WordRange & { readonly limit: number }) => {
  const next = (from: RawBuilder<string>, how: '>' | '>='): RawBuilder<string | null> =>
    sql`(select min(word) from contact_word where book = ${given.book} and kind = ${given.kind}
      and word ${sql.raw(how)} ${from} and word <= ${given.to})`;
  return handle
    .withRecursive('found(word, place)', (db) =>
      db
        .selectNoFrom([next(sql`${given.from}`, '>=').as('word'), sql<number>`1`.as('place')])
        .unionAll(
          db
            .selectFrom('found')
            .select([next(sql`found.word`, '>').as('word'), sql<number>`place + 1`.as('place')])
            .where('word', 'is not', null)
            .where('place', '<', given.limit),
        ),
    )
    .selectFrom('found')
    .select('word')
    .where('word', 'is not', null);
});

/** The words of a kind that begin so; the first ones only. */
export async function listWords(
  handle: Handle,
  book: number,
  of: { readonly beginning: string; readonly kind: WordKind; readonly limit: number },
): Promise<readonly string[]> {
  const range = { book, ...beginning(of.beginning), kind: placeOf(of.kind) };
  const rows = await selectWords(handle, { ...range, limit: of.limit });
  return rows.flatMap(({ word }) => word ?? []);
}

const countByWord = prepared((handle, given: WordRange & { readonly limit: number }) =>
  handle
    .selectFrom((eb) =>
      eb
        .selectFrom('contact_word')
        .select('number')
        .where('book', '=', given.book)
        .where('kind', '=', given.kind)
        .where('word', '>=', given.from)
        .where('word', '<=', given.to)
        .limit(given.limit)
        .as('some'),
    )
    .select((eb) => eb.fn.countAll<number>().as('count')),
);

/** How many words of a kind are between two texts; counted up to a limit. */
export async function countWords(
  handle: Handle,
  book: number,
  of: Beginning & { readonly kind: WordKind; readonly limit: number },
): Promise<number> {
  const rows = await countByWord(handle, { ...of, book, kind: placeOf(of.kind) });
  return Number(rows[0]?.count ?? 0);
}
