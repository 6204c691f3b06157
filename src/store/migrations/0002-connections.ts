import type { Migration } from './list.ts';

export const connections: Migration = {
  id: '0002-connections',
  statements: ({ text, integer, blob, end }) => [
    `create table integration (
      id ${text} primary key,
      organization_id ${text} references organization (id),
      document_id ${text} not null,
      name ${text} not null,
      created_at ${integer} not null
    )${end}`,
    // Two indexes instead of one unique constraint: null never equals null.
    `create unique index integration_of_organization on integration (organization_id, document_id)
      where organization_id is not null`,
    `create unique index integration_shipped on integration (document_id)
      where organization_id is null`,
    `create table integration_version (
      id ${text} primary key,
      integration_id ${text} not null references integration (id),
      organization_id ${text} references organization (id),
      number ${integer} not null,
      document ${text} not null,
      digest ${text} not null,
      created_at ${integer} not null,
      unique (integration_id, number)
    )${end}`,
    `create table connection (
      id ${text} primary key,
      organization_id ${text} not null references organization (id),
      integration_version_id ${text} not null references integration_version (id),
      name ${text} not null,
      properties ${text} not null,
      options ${text} not null,
      state ${text} not null check
        (state in ('active', 'throttled', 'broken', 'needs_auth', 'forbidden', 'paused')),
      state_reason ${text},
      state_since ${integer} not null,
      state_until ${integer},
      failures ${integer} not null,
      throttles ${integer} not null,
      breaks ${integer} not null,
      revision ${integer} not null,
      created_at ${integer} not null,
      updated_at ${integer} not null,
      unique (organization_id, id),
      unique (organization_id, name)
    )${end}`,
    `create table secret (
      organization_id ${text} not null,
      connection_id ${text} not null,
      field ${text} not null,
      key_id ${text} not null,
      nonce ${blob} not null,
      sealed ${blob} not null,
      updated_at ${integer} not null,
      primary key (connection_id, field),
      foreign key (organization_id, connection_id) references connection (organization_id, id)
    )${end}`,
    `create table user_link (
      organization_id ${text} not null,
      connection_id ${text} not null,
      extension_id ${text} not null,
      crm_user_id ${text} not null,
      crm_user_name ${text},
      locals ${text} not null,
      linked_at ${integer} not null,
      primary key (connection_id, extension_id),
      foreign key (organization_id, connection_id) references connection (organization_id, id),
      foreign key (organization_id, extension_id) references extension (organization_id, id)
    )${end}`,
    `create index user_link_by_extension on user_link (organization_id, extension_id)`,
  ],
};
