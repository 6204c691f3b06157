import type { Migration } from './list.ts';

/** Whom the CRM calls deleted: they go at the end of the pass, unless they are too many. */
export const calledDeleted: Migration = {
  id: 'contacts-0004-called-deleted',
  statements: ({ blob }) => [`alter table contact_seen add column deleted ${blob}`],
};
