import type { Migration } from './list.ts';

export const provisioning: Migration = {
  id: '0007-provisioning',
  statements: ({ text, integer, blob, end }) => [
    // A shared phone system has no organization. No column can be made nullable by one text on both
    // databases, so the two tables are made again; keys first, since they refer to phone systems.
    `create table phone_system_next (
      id ${text} primary key,
      organization_id ${text} references organization (id),
      external_id ${text},
      name ${text} not null,
      created_at ${integer} not null,
      unique (organization_id, id),
      unique (organization_id, name),
      unique (organization_id, external_id)
    )${end}`,
    `insert into phone_system_next (id, organization_id, name, created_at)
      select id, organization_id, name, created_at from phone_system`,
    `create table api_key_next (
      id ${text} primary key,
      prefix ${text} not null unique,
      hash ${blob} not null,
      name ${text} not null,
      scope ${text} not null check (scope in ('admin', 'organization', 'events')),
      organization_id ${text} references organization (id),
      phone_system_id ${text} references phone_system_next (id),
      created_at ${integer} not null,
      expires_at ${integer},
      revoked_at ${integer},
      last_used_at ${integer},
      check (scope <> 'admin' or organization_id is null),
      check (scope <> 'organization' or organization_id is not null),
      check ((scope = 'events') = (phone_system_id is not null)),
      foreign key (organization_id, phone_system_id)
        references phone_system_next (organization_id, id)
    )${end}`,
    `insert into api_key_next (id, prefix, hash, name, scope, organization_id, phone_system_id,
        created_at, expires_at, revoked_at, last_used_at)
      select id, prefix, hash, name, scope, organization_id, phone_system_id,
        created_at, expires_at, revoked_at, last_used_at from api_key`,
    `drop table api_key`,
    `drop table phone_system`,
    `alter table phone_system_next rename to phone_system`,
    `alter table api_key_next rename to api_key`,
    `create index api_key_by_organization on api_key (organization_id, id)`,
    // Null never equals null, so what is unique among the shared ones needs indexes of its own.
    `create unique index phone_system_shared_name on phone_system (name)
      where organization_id is null`,
    `create unique index phone_system_shared_external_id on phone_system (external_id)
      where organization_id is null`,
    `alter table organization add column external_id ${text}`,
    `create unique index organization_external_id on organization (external_id)`,
    // Events are routed by domain in whatever case a phone system writes it, so no two may differ in
    // case only. Two that were made so before stay: of them the older one has the key.
    `create index organization_by_domain on organization (lower(domain))`,
    `alter table organization add column domain_key ${text}`,
    `update organization set domain_key = lower(domain) where not exists (
      select 1 from organization other
      where lower(other.domain) = lower(organization.domain) and other.id < organization.id)`,
    `create unique index organization_by_domain_key on organization (domain_key)`,
    `alter table extension add column external_id ${text}`,
    `create unique index extension_external_id on extension (organization_id, external_id)`,
    `alter table connection add column external_id ${text}`,
    `create unique index connection_external_id on connection (organization_id, external_id)`,
    `alter table user_link add column external_id ${text}`,
    `create unique index user_link_external_id on user_link (organization_id, external_id)`,
    // Answers of POST by Idempotency-Key; no foreign key, so that nothing waits for a row to expire.
    `create table idempotency (
      id ${text} primary key,
      api_key_id ${text} not null,
      organization_id ${text},
      route ${text} not null,
      state ${text} not null check (state in ('in_progress', 'committed', 'done')),
      token ${text} not null,
      locked_until ${integer} not null,
      key_id ${text} not null,
      nonce ${blob} not null,
      sealed ${blob} not null,
      created_at ${integer} not null,
      expires_at ${integer} not null
    )${end}`,
    `create index idempotency_by_expiry on idempotency (expires_at)`,
    `create index idempotency_by_organization on idempotency (organization_id)`,
  ],
};
