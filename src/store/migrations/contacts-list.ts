import { contacts } from './contacts-0001-contacts.ts';
import type { Migration } from './list.ts';

/** The steps of the contact store, which has a list of its own. */
export const CONTACT_MIGRATIONS: readonly Migration[] = [contacts];
