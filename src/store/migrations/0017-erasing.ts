import type { Migration } from './list.ts';

/** An erasure goes on after a restart, is worked on by one process, and may last. */
export const erasing: Migration = {
  id: '0017-erasing',
  statements: ({ text, integer, blob }) => [
    // What was asked for, as a digest: a second time it is the same erasure.
    `alter table erasure add column wish ${text} not null default ''`,
    // Who it is, sealed; gone when the erasure is no longer applied.
    `alter table erasure add column key_id ${text}`,
    `alter table erasure add column nonce ${blob}`,
    `alter table erasure add column sealed ${blob}`,
    // 1: what is read of the person later is not kept, until somebody takes it back.
    `alter table erasure add column keep_out ${integer} not null default 0`,
    // The first call that waits: the next look begins there.
    `alter table erasure add column waiting_from ${text} not null default ''`,
    `alter table erasure add column node ${text}`,
    `alter table erasure add column lease_until ${integer} not null default 0`,
    `alter table erasure add column fence ${integer} not null default 0`,
    `create index erasure_kept_out on erasure (organization_id) where keep_out = 1`,
  ],
};
