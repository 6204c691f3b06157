import type { Migration } from './list.ts';

export const recordings: Migration = {
  id: '0005-recordings',
  statements: ({ text, integer, blob, end }) => [
    `create table recording_chunk (
      file ${text} not null,
      number ${integer} not null,
      sealed ${blob} not null,
      written_at ${integer} not null,
      primary key (file, number)
    )${end}`,
    // What is encrypted does not compress: PostgreSQL need not try.
    ...(blob === 'bytea'
      ? ['alter table recording_chunk alter column sealed set storage external']
      : []),
    `alter table recording add column seconds ${integer}`,
    `alter table recording add column expires_at ${integer}`,
    `alter table recording add column ready_at ${integer}`,
    `alter table recording add column first_at ${integer}`,
    `alter table recording add column failure ${text}`,
    `alter table recording add column linked ${integer}`,
    `create index recording_due on recording (ready_at)
      where state = 'announced' and ready_at is not null`,
    `alter table recording add column address ${text}`,
    `create table recording_address (
      organization_id ${text} not null,
      call_id ${text} not null references call (id) on delete cascade,
      name ${text} not null,
      key_id ${text} not null,
      nonce ${blob} not null,
      sealed ${blob} not null,
      primary key (call_id, name)
    )${end}`,
    // What another key sealed is looked for again and again.
    `create index recording_address_by_key on recording_address (key_id)`,
    `create index step_by_recording on step (recording_key) where recording_key is not null`,
  ],
};
