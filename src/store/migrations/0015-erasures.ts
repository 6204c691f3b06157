import type { Migration } from './list.ts';

/** People who were erased: no name and no number, only that it was done. */
export const erasures: Migration = {
  id: '0015-erasures',
  statements: ({ text, integer, end }) => [
    `create table erasure (
      id ${text} primary key,
      organization_id ${text} not null references organization (id),
      actor ${text} not null,
      asked_at ${integer} not null,
      ends_at ${integer} not null,
      digests ${text} not null,
      looked_at ${text} not null,
      applied_at ${integer},
      waiting ${integer} not null,
      counts ${text} not null
    )${end}`,
    `create index erasure_by_organization on erasure (organization_id, id)`,
    `create index erasure_by_end on erasure (ends_at)`,
  ],
};
