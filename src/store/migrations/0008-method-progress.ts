import type { Migration } from './list.ts';

export const methodProgress: Migration = {
  id: '0008-method-progress',
  statements: ({ text, integer }) => [
    // Where a method of several requests stands.
    `alter table step add column progress ${text}`,
    // The values of a request that goes again under the same idempotency key: it must be the same.
    `alter table step add column sent_values ${text}`,
    // Rises when a person has a refused request sent anew: then its key is another one.
    `alter table step add column key_number ${integer}`,
    `alter table attempt add column part ${integer}`,
    `alter table attempt add column parts ${integer}`,
  ],
};
