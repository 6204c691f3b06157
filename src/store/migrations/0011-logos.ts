import type { Migration } from './list.ts';

export const logos: Migration = {
  id: '0011-logos',
  statements: ({ text, integer, blob, end }) => [
    `create table logo (
      integration_id ${text} not null primary key references integration (id) on delete cascade,
      organization_id ${text} references organization (id),
      version_id ${text} not null,
      url ${text},
      state ${text} not null check (state in ('none', 'wanted', 'stored', 'unavailable')),
      message ${text},
      tries ${integer} not null,
      ready_at ${integer} not null,
      media_type ${text},
      sha256 ${text},
      bytes ${blob},
      updated_at ${integer} not null
    )${end}`,
    `create index logo_due on logo (ready_at) where state = 'wanted'`,
  ],
};
