import type { Migration } from './list.ts';

/** Contacts that people made through the API, before the CRM's search finds them. */
export const savedContacts: Migration = {
  id: '0014-saved-contacts',
  statements: ({ text, integer, end }) => [
    `create table saved_contact (
      connection_id ${text} not null,
      organization_id ${text} not null,
      number ${text} not null,
      contact ${text} not null,
      saved_at ${integer} not null,
      primary key (connection_id, number),
      foreign key (organization_id, connection_id) references connection (organization_id, id)
        on delete cascade
    )${end}`,
    `create index saved_contact_by_age on saved_contact (saved_at)`,
  ],
};
