import type { Migration } from './list.ts';

export const organizationLife: Migration = {
  id: '0006-organization-life',
  statements: ({ text, integer, blob, end }) => [
    `create table vault_key (
      id ${text} primary key,
      purpose ${text} not null check (purpose in ('seal', 'root')),
      state ${text} not null check (state in ('coming', 'current', 'previous')),
      created_at ${integer} not null,
      state_since ${integer} not null
    )${end}`,
    // One key may be sealed several times: with the old and the new master key while they change.
    `create table vault_key_seal (
      vault_key_id ${text} not null references vault_key (id) on delete cascade,
      sealed_with ${text} not null,
      nonce ${blob} not null,
      sealed ${blob} not null,
      primary key (vault_key_id, sealed_with)
    )${end}`,
    `alter table node add column vault_key_id ${text}`,
    `alter table node add column sealing_key_id ${text}`,
    `create table organization_hold (
      organization_id ${text} primary key references organization (id),
      state ${text} not null check (state in ('suspended', 'deleting')),
      reason ${text},
      actor ${text} not null,
      since ${integer} not null,
      removed_rows ${integer} not null
    )${end}`,
    `create table usage_month (
      organization_id ${text} not null references organization (id),
      month ${text} not null,
      calls ${integer} not null,
      delivered_steps ${integer} not null,
      parked_steps ${integer} not null,
      recordings ${integer} not null,
      recording_bytes ${integer} not null,
      lookups ${integer} not null,
      crm_requests ${integer} not null,
      primary key (organization_id, month)
    )${end}`,
    // What was counted and is not yet summed up: one row per fact, so that no two facts wait for
    // one row.
    `create table usage_delta (
      id ${text} primary key,
      organization_id ${text} not null,
      month ${text} not null,
      calls ${integer} not null,
      delivered_steps ${integer} not null,
      parked_steps ${integer} not null,
      recordings ${integer} not null,
      recording_bytes ${integer} not null,
      lookups ${integer} not null,
      crm_requests ${integer} not null
    )${end}`,
    `create index usage_delta_by_organization on usage_delta (organization_id, month)`,
  ],
};
