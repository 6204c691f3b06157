import type { Migration } from './list.ts';

export const organizations: Migration = {
  id: '0001-organizations',
  statements: ({ text, integer, blob, end }) => [
    `create table store_fact (
      name ${text} primary key,
      value ${text} not null
    )${end}`,
    `create table node (
      id ${text} primary key,
      name ${text} not null,
      key_id ${text} not null,
      version ${text} not null,
      started_at ${integer} not null,
      seen_at ${integer} not null
    )${end}`,
    `create table organization (
      id ${text} primary key,
      name ${text} not null,
      domain ${text} unique,
      country ${text} not null,
      timezone ${text} not null,
      created_at ${integer} not null
    )${end}`,
    `create table phone_system (
      id ${text} primary key,
      organization_id ${text} not null references organization (id),
      name ${text} not null,
      created_at ${integer} not null,
      unique (organization_id, id),
      unique (organization_id, name)
    )${end}`,
    `create table extension (
      id ${text} primary key,
      organization_id ${text} not null references organization (id),
      number ${text} not null,
      name ${text},
      email ${text},
      created_at ${integer} not null,
      unique (organization_id, id),
      unique (organization_id, number)
    )${end}`,
    `create table api_key (
      id ${text} primary key,
      prefix ${text} not null unique,
      hash ${blob} not null,
      name ${text} not null,
      scope ${text} not null check (scope in ('admin', 'organization', 'events')),
      organization_id ${text} references organization (id),
      phone_system_id ${text},
      created_at ${integer} not null,
      expires_at ${integer},
      revoked_at ${integer},
      last_used_at ${integer},
      check ((scope = 'admin') = (organization_id is null)),
      check ((scope = 'events') = (phone_system_id is not null)),
      foreign key (organization_id, phone_system_id) references phone_system (organization_id, id)
    )${end}`,
    `create index api_key_by_organization on api_key (organization_id, id)`,
    `create table audit_entry (
      id ${text} primary key,
      organization_id ${text} references organization (id),
      actor ${text} not null,
      action ${text} not null,
      object_kind ${text} not null,
      object_id ${text} not null,
      details ${text} not null,
      at ${integer} not null
    )${end}`,
    `create index audit_entry_by_organization on audit_entry (organization_id, id)`,
  ],
};
