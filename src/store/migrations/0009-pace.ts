import type { Migration } from './list.ts';

/** Rates with one row per limit, breakers over a window of time, and the health of hosts. */
export const pace: Migration = {
  id: '0009-pace',
  statements: ({ text, integer, end }) => [
    // A version before this one leaves these empty: no window, all permits.
    `alter table connection add column failed_call ${text}`,
    `alter table connection add column window_at ${integer}`,
    `alter table connection add column window_failures ${integer}`,
    `alter table connection add column window_successes ${integer}`,
    `alter table connection add column permits ${integer}`,
    `alter table connection_pace add column held_until ${integer} not null default 0`,
    `alter table connection_pace add column origin ${text}`,
    `create index connection_pace_by_origin on connection_pace (origin) where origin is not null`,
    `alter table lane add column replayed_at ${integer}`,
    `create table connection_rate (
      connection_id ${text} not null,
      organization_id ${text} not null,
      window_ms ${integer} not null,
      next_us ${integer} not null,
      primary key (connection_id, window_ms),
      foreign key (organization_id, connection_id) references connection (organization_id, id)
        on delete cascade
    )${end}`,
    // Of no organization: all connections that call one address share its row.
    `create table host_health (
      origin ${text} primary key,
      state ${text} not null check (state in ('watched', 'broken', 'opening')),
      until ${integer},
      breaks ${integer} not null,
      permits ${integer},
      votes ${text} not null,
      probe_connection ${text},
      probe_organization ${text},
      revision ${integer} not null,
      updated_at ${integer} not null
    )${end}`,
  ],
};
