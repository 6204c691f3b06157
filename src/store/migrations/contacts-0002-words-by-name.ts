import type { Migration } from './list.ts';

/**
 * Who has a word stands in the order of lists: the first ones are read without sorting all. The first
 * characters of words of names are words too.
 */
export const wordsByName: Migration = {
  id: 'contacts-0002-words-by-name',
  statements: ({ text, small, keyed }) => [
    `create table contact_word_by_name (
      book ${small} not null,
      kind ${small} not null,
      word ${text} not null,
      sort_name ${text} not null,
      number ${small} not null,
      primary key (book, kind, word, sort_name, number)
    )${keyed}`,
    `insert into contact_word_by_name (book, kind, word, sort_name, number)
      select book, of_name, word, sort_name, number from contact_word
      order by book, of_name, word, sort_name, number`,
    `insert into contact_word_by_name (book, kind, word, sort_name, number)
      select distinct book, 2, substr(word, 1, 1), sort_name, number from contact_word
      where of_name = 1 and substr(word, 1, 1) <> substr(sort_name, 1, 1)`,
    `drop table contact_word`,
    `alter table contact_word_by_name rename to contact_word`,
  ],
};
