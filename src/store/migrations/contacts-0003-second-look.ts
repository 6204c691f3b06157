import type { Migration } from './list.ts';

/** Who was missed by the last full pass, and how long the CRM is left alone. */
export const secondLook: Migration = {
  id: 'contacts-0003-second-look',
  statements: ({ text, integer, blob }) => [
    `alter table contact_seen add column missed ${blob}`,
    `alter table sync_state add column missed ${integer} not null default 0`,
    `alter table sync_state add column confirm_at ${integer}`,
    `alter table sync_job add column not_before ${integer}`,
    `alter table sync_job add column brake ${text}`,
  ],
};
