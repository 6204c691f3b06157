import type { Migration } from './list.ts';

/** Contacts that we made, before the CRM's search finds them; events that wait for a connection. */
export const madeContacts: Migration = {
  id: '0010-made-contacts',
  statements: ({ text, integer, end }) => [
    `create table made_contact (
      connection_id ${text} not null,
      organization_id ${text} not null,
      number ${text} not null,
      step_id ${text} not null,
      lane_id ${text} not null,
      claimed_at ${integer} not null,
      primary key (connection_id, number),
      foreign key (organization_id, connection_id) references connection (organization_id, id)
        on delete cascade
    )${end}`,
    `create index made_contact_by_age on made_contact (claimed_at)`,
    // Null: every event of the call was planned on this connection.
    `alter table lane add column unplanned_from ${integer}`,
    `create index lane_unplanned on lane (connection_id, id) where unplanned_from is not null`,
    `alter table connection_pace add column unfound ${integer} not null default 0`,
  ],
};
