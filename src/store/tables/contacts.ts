import type { Timestamp } from './store.ts';

/**
 * The copy of the CRMs' contacts: on SQLite a file of its own, on PostgreSQL tables beside the others.
 * A row of a book is named by the book and the number of its contact.
 */
export interface ContactTables {
  /** The contacts of one connection. */
  contact_book: {
    id: number;
    /** Null, as `connection_id`: its rows are on their way out. */
    organization_id: string | null;
    connection_id: string | null;
    /** The number of the next contact. */
    next_number: number;
    people: number;
    companies: number;
  };
  contact: {
    /** `book * 2^32 + number`: contacts of a book stand together, in the order of their arrival. */
    id: number;
    book: number;
    kind: number;
    contact_type: string;
    crm_id: string;
    /** 0: the CRM told of it; 1: we made it, and the CRM has not told of it since. */
    made: number;
    changed_at: Timestamp;
    /** Folded words of the name. */
    sort_name: string;
    /** All words and numbers that it is found by. */
    words: string;
    /** JSON. */
    data: string;
  };
  contact_number: {
    book: number;
    /** Digits from the end. */
    reversed: string;
    number: number;
  };
  /** Words but the first of the sort name, by which `contact` itself is sorted. */
  contact_word: {
    book: number;
    /** 0: any word; 1: a word of its name; 2: the first character of such a word. */
    kind: number;
    word: string;
    number: number;
    sort_name: string;
  };
  /** Which contacts a full pass has seen: a bit for each, in chunks of numbers. */
  contact_seen: {
    book: number;
    kind: number;
    chunk: number;
    bits: Uint8Array;
    /** Those that the last full pass did not see, and that stay until another one misses them, too. */
    missed: Uint8Array | null;
    /** Those that the CRM calls deleted, and that were not told of as there since. */
    deleted: Uint8Array | null;
  };
  sync_job: {
    connection_id: string;
    organization_id: string;
    due_at: Timestamp | null;
    asked_kind: 'full' | 'changes' | null;
    asked_at: Timestamp | null;
    owner: string | null;
    lease_until: Timestamp;
    fence: number;
    /** The CRM asked to be left alone until then, whoever wants a sync meanwhile. */
    not_before: Timestamp | null;
    /** What is known of its limits, as JSON. */
    brake: string | null;
  };
  sync_state: {
    connection_id: string;
    method: 'Contacts' | 'Organizations';
    organization_id: string;
    pass: number;
    /** Of the pass under way; null: none is. */
    kind: 'full' | 'changes' | null;
    started_at: Timestamp | null;
    /** Where the pass goes on, sealed; null: at its start. */
    place: string | null;
    pages: number;
    received: number;
    added: number;
    changed: number;
    unchanged: number;
    removed: number;
    left_out: number;
    estimate: number | null;
    /** From where on changes are asked for, sealed. */
    marks: string | null;
    last_begun_at: Timestamp | null;
    last_ended_at: Timestamp | null;
    last_complete_at: Timestamp | null;
    last_full_at: Timestamp | null;
    failure_code: string | null;
    failure_message: string | null;
    failure_at: Timestamp | null;
    waiting_deletions: number | null;
    /** Contacts that the last full pass missed for the first time. */
    missed: number;
    /** When a full pass is to look whether they are missing again; null: with the next regular one. */
    confirm_at: Timestamp | null;
  };
}
