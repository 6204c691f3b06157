import type { ContactKey, ContactRecord } from '../contact-record.ts';
import type { SyncStore } from './sync-store.ts';

/** Whose contacts: every function finds them by both, and a foreign connection has none. */
export interface BookScope {
  readonly organizationId: string;
  readonly connectionId: string;
}

/** Who told of a contact: the CRM's lists, or a request of ours that made or changed it. */
export type ContactSource = 'crm' | 'made';

/** A contact as the index has it. */
export interface IndexedContact extends ContactRecord {
  readonly connectionId: string;
  readonly source: ContactSource;
  /** When its content last changed here; epoch milliseconds. */
  readonly changedAt: number;
}

/**
 * How a number was found. `e164`: all of it. `national`: as it was dialled before its country changed
 * its plan. `switchboard`: a company's number behind which it is a direct dial. `suffix`: by its last
 * digits. `possible`: its digits, but one of the two does not say of which country: it may be
 * somebody else's.
 */
export type NumberMatch = 'e164' | 'national' | 'switchboard' | 'suffix' | 'possible';

export interface NumberHit extends IndexedContact {
  readonly matched: NumberMatch;
  /** The number that matched, as the CRM wrote it. */
  readonly matchedPhone: string;
}

export interface NumberOptions {
  /** Country of numbers without one, ISO 3166-1 alpha-2. */
  readonly country: string;
  /** How many last digits are enough; absent: no match by the end of a number. */
  readonly suffix?: number | undefined;
  /** Told of each number that ends alike and is another one, if nobody has the number. */
  readonly near?: ((number: NearNumber) => void) | undefined;
  /** However many there are, all are looked at; without it the first 1,000 and some that end alike. */
  readonly all?: boolean | undefined;
  /** Told when there are more that end alike than were looked at. */
  readonly more?: (() => void) | undefined;
}

/** A number that was looked at, and is not the one asked for. */
export interface NearNumber {
  readonly contact: ContactKey;
  /** As the CRM wrote it. */
  readonly phone: string;
}

export interface SearchOptions {
  /** Contacts, 1 to 100. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

/** The contacts of all connections, found by number and by what people type. */
export interface ContactIndex {
  /**
   * The owners of a number: of the exact one if there are any, else of the national one, else by the
   * last digits. All owners of a shared number are told, the one that was known first in front.
   */
  byNumber(of: BookScope, number: string, options: NumberOptions): Promise<readonly NumberHit[]>;
  byId(of: BookScope, key: ContactKey): Promise<IndexedContact | undefined>;
  /**
   * The first contacts, by folded name and then in the order of their arrival, that have every word
   * of the query; the same on both databases.
   */
  search(
    of: BookScope | readonly BookScope[],
    query: string,
    options: SearchOptions,
  ): Promise<readonly IndexedContact[]>;
  /** Writes a few contacts at once: those that we made or changed in the CRM. */
  put(of: BookScope, contacts: readonly ContactRecord[], options: PutOptions): Promise<void>;
  /** Forgets contacts; resolves with how many were there. */
  remove(of: BookScope, keys: readonly ContactKey[]): Promise<number>;
  /** Forgets all contacts of a connection and how far its sync is. */
  dropBook(of: BookScope): Promise<void>;
  /** For the sync of contacts only. */
  readonly sync: SyncStore;
}

export interface PutOptions {
  readonly source: ContactSource;
  /** Country of numbers without one, ISO 3166-1 alpha-2. */
  readonly country: string;
}
