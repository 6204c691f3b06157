import type { Migration } from './list.ts';

/** Signed call events: secrets of phone systems, and the messages that came lately. */
export const signatures: Migration = {
  id: '0012-signatures',
  statements: ({ text, integer, blob, end }) => [
    `alter table phone_system add column signatures_required_at ${integer}`,
    `create table signing_secret (
      id ${text} primary key,
      organization_id ${text} references organization (id),
      phone_system_id ${text} not null references phone_system (id),
      key_id ${text} not null,
      nonce ${blob} not null,
      sealed ${blob} not null,
      created_at ${integer} not null,
      last_used_at ${integer},
      foreign key (organization_id, phone_system_id) references phone_system (organization_id, id)
    )${end}`,
    `create index signing_secret_by_phone_system on signing_secret (phone_system_id, id)`,
    // Gone after a day, so no foreign key: nothing waits for it.
    `create table signed_message (
      phone_system_id ${text} not null,
      message_id ${text} not null,
      organization_id ${text},
      digest ${text} not null,
      call_ids ${text} not null,
      received_at ${integer} not null,
      primary key (phone_system_id, message_id)
    )${end}`,
    `create index signed_message_by_time on signed_message (received_at)`,
    `create index signed_message_by_organization on signed_message (organization_id)`,
  ],
};
