import type { Migration } from './list.ts';

/** Answers in a row that lacked what a response map looks for, and what the last one looked like. */
export const answerSamples: Migration = {
  id: '0013-answer-samples',
  statements: ({ text, integer }) => [
    `alter table connection_pace add column without_id ${integer} not null default 0`,
    `alter table connection_pace add column without_id_sample ${text}`,
    `alter table connection_pace add column unfound_sample ${text}`,
  ],
};
