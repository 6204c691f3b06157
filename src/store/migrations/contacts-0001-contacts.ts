import type { Migration } from './list.ts';

/** The contacts of connections, and how far their sync is. */
export const contacts: Migration = {
  id: 'contacts-0001-contacts',
  statements: ({ text, integer, small, blob, end, keyed }) => [
    `create table contact_book (
      id ${integer} primary key,
      organization_id ${text},
      connection_id ${text} unique,
      next_number ${integer} not null,
      people ${integer} not null,
      companies ${integer} not null,
      check ((organization_id is null) = (connection_id is null))
    )${end}`,
    `create index contact_book_by_organization on contact_book (organization_id)`,
    `create table contact (
      id ${integer} primary key,
      book ${small} not null,
      kind ${small} not null,
      contact_type ${text} not null,
      crm_id ${text} not null,
      made ${small} not null,
      changed_at ${integer} not null,
      sort_name ${text} not null,
      words ${text} not null,
      data ${text} not null
    )${end}`,
    `create unique index contact_by_key on contact (book, kind, contact_type, crm_id)`,
    `create index contact_by_name on contact (book, sort_name, id)`,
    `create table contact_number (
      book ${small} not null,
      reversed ${text} not null,
      number ${small} not null,
      primary key (book, reversed, number)
    )${keyed}`,
    `create table contact_word (
      book ${small} not null,
      of_name ${small} not null,
      word ${text} not null,
      number ${small} not null,
      sort_name ${text} not null,
      primary key (book, of_name, word, number)
    )${keyed}`,
    `create table contact_seen (
      book ${small} not null,
      kind ${small} not null,
      chunk ${small} not null,
      bits ${blob} not null,
      primary key (book, kind, chunk)
    )${keyed}`,
    `create table sync_job (
      connection_id ${text} not null primary key,
      organization_id ${text} not null,
      due_at ${integer},
      asked_kind ${text} check (asked_kind in ('full', 'changes')),
      asked_at ${integer},
      owner ${text},
      lease_until ${integer} not null,
      fence ${integer} not null
    )${end}`,
    `create index sync_job_by_organization on sync_job (organization_id)`,
    `create index sync_job_due on sync_job (due_at) where due_at is not null`,
    `create table sync_state (
      connection_id ${text} not null,
      method ${text} not null check (method in ('Contacts', 'Organizations')),
      organization_id ${text} not null,
      pass ${integer} not null,
      kind ${text} check (kind in ('full', 'changes')),
      started_at ${integer},
      place ${text},
      pages ${integer} not null,
      received ${integer} not null,
      added ${integer} not null,
      changed ${integer} not null,
      unchanged ${integer} not null,
      removed ${integer} not null,
      left_out ${integer} not null,
      estimate ${integer},
      marks ${text},
      last_begun_at ${integer},
      last_ended_at ${integer},
      last_complete_at ${integer},
      last_full_at ${integer},
      failure_code ${text},
      failure_message ${text},
      failure_at ${integer},
      waiting_deletions ${integer},
      primary key (connection_id, method)
    )${end}`,
    `create index sync_state_by_organization on sync_state (organization_id)`,
  ],
};
