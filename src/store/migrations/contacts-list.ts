import { contacts } from './contacts-0001-contacts.ts';
import { wordsByName } from './contacts-0002-words-by-name.ts';
import { secondLook } from './contacts-0003-second-look.ts';
import { calledDeleted } from './contacts-0004-called-deleted.ts';
import type { Migration } from './list.ts';

/** The steps of the contact store, which has a list of its own. */
export const CONTACT_MIGRATIONS: readonly Migration[] = [
  contacts,
  wordsByName,
  secondLook,
  calledDeleted,
];
