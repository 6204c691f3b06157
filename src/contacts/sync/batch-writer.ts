import { keyText } from '../contact-record.ts';
import type { ContactKey, ContactRecord } from '../contact-record.ts';
import { trimContact } from '../index/contact-entry.ts';
import type { BookScope } from '../index/contact-index.ts';
import type { SyncBatch, SyncLease, SyncMethod, SyncStore } from '../index/sync-store.ts';

export interface BatchLimits {
  /** So many contacts are written in one transaction: each page of an index is then touched once. */
  readonly contacts: number;
  /** What was read waits no longer for its batch to become full; milliseconds. */
  readonly ms: number;
}

export const BATCH_LIMITS: BatchLimits = { contacts: 10_000, ms: 5_000 };
/** The first batch comes sooner: somebody may look whether the sync moves. */
const FIRST_MS = 1_000;
/** With so many characters a batch is full, too: contacts of some CRMs are large. */
const MOST_CHARACTERS = 4_000_000;

export interface BatchWriterDeps {
  readonly store: Pick<SyncStore, 'writeBatch' | 'companyNames'>;
  /** Milliseconds that never run backwards. */
  readonly monotonic: () => number;
  readonly limits: BatchLimits;
  /** Told after each batch that is on disk. */
  readonly written?: () => void;
}

/** Collects what a list gives, and writes it in large batches beside the reading. */
export interface BatchWriter {
  add(contact: ContactRecord): void;
  remove(key: ContactKey): void;
  leaveOut(): void;
  /** A page is whole: what comes after it begins at `place`, where it is known. Until then its records count one by one. */
  pageEnds(page: { readonly received: number; readonly place: string | undefined }): void;
  /** Nothing comes any more; `place` says so. */
  listEnds(place: string): void;
  /** Begins to write when there is enough; waits while the batch before is not written yet. */
  settle(): Promise<void>;
  /** Writes what is left, and waits for all of it. Rejects when a batch could not be written. */
  flush(): Promise<void>;
}

/**
 * Makes the writer of one pass. A batch may end inside a page: its position is then still that before
 * the page, which is read once more after a crash, and does no harm.
 */
export function createBatchWriter(
  deps: BatchWriterDeps,
  pass: {
    readonly of: BookScope;
    readonly lease: SyncLease;
    readonly number: number;
    readonly method: SyncMethod;
    readonly country: string;
    readonly place: string;
    readonly estimate: number | undefined;
    /** Records of a page that an earlier run has not read to its end: they are counted already. */
    readonly countedBefore: number;
  },
): BatchWriter {
  let { place } = pass;
  let batch = { ...emptyBatch(), received: 0 - pass.countedBefore };
  let ofPage = 0;
  let waitsMs = Math.min(FIRST_MS, deps.limits.ms);
  let since = deps.monotonic();
  let writing: Promise<void> = Promise.resolve();
  const begin = async (): Promise<void> => {
    // One batch may wait beside the one that is written, no more.
    await writing;
    const { contacts, deleted: gone, characters: _size, isLast: _last, ...counts } = batch;
    const { number, method, country, estimate } = pass;
    const deleted = [...gone.values()];
    const full = { pass: number, method, country, place, estimate, deleted, ...counts };
    batch = emptyBatch();
    since = deps.monotonic();
    waitsMs = deps.limits.ms;
    writing = write(deps, pass, full, contacts);
    // Whoever settles next hears of a failure.
    writing.catch(() => undefined);
  };
  const count = (): void => {
    batch.received += 1;
    ofPage += 1;
  };
  return {
    add: (contact) => {
      count();
      const kept = trimContact(contact);
      // A list may tell that somebody went, and later of the same one again.
      if (batch.deleted.size > 0) batch.deleted.delete(keyText(contact));
      batch.contacts.push(kept);
      batch.characters += sizeOf(kept);
    },
    remove: (key) => {
      count();
      batch.deleted.set(keyText(key), key);
    },
    leaveOut: () => {
      count();
      batch.leftOut += 1;
    },
    pageEnds: (page) => {
      batch.pages += 1;
      batch.received += page.received - ofPage;
      ofPage = 0;
      place = page.place ?? place;
    },
    listEnds: (last) => {
      place = last;
      batch.isLast = true;
    },
    settle: async () => {
      const isMany = batch.contacts.length + batch.deleted.size >= deps.limits.contacts;
      const isFull = isMany || batch.characters >= MOST_CHARACTERS;
      const isOld = deps.monotonic() - since >= waitsMs;
      if (isFull || (isOld && hasSome(batch))) await begin();
    },
    flush: async () => {
      if (hasSome(batch)) await begin();
      await writing;
    },
  };
}

interface OpenBatch {
  contacts: ContactRecord[];
  characters: number;
  deleted: Map<string, ContactKey>;
  pages: number;
  received: number;
  leftOut: number;
  isLast: boolean;
}

function emptyBatch(): OpenBatch {
  const counts = { pages: 0, received: 0, leftOut: 0 };
  return { contacts: [], characters: 0, deleted: new Map(), ...counts, isLast: false };
}

function hasSome(batch: OpenBatch): boolean {
  return batch.isLast || batch.pages > 0 || batch.contacts.length + batch.deleted.size > 0;
}

async function write(
  { store, written }: BatchWriterDeps,
  { of, lease }: { readonly of: BookScope; readonly lease: SyncLease },
  batch: Omit<SyncBatch, 'records'>,
  contacts: ContactRecord[],
): Promise<void> {
  const records = await withCompanies(store, of, contacts.splice(0));
  await store.writeBatch(of, lease, { ...batch, records });
  written?.();
}

/** Characters of what is kept of a contact, but for its keys. */
function sizeOf(contact: ContactRecord): number {
  const { name, firstname = '', lastname = '', company = '', jobTitle = '', url = '' } = contact;
  let size = name.length + firstname.length + lastname.length + company.length;
  size += jobTitle.length + url.length;
  for (const email of contact.emails) size += email.length;
  for (const phone of contact.phones) size += phone.length;
  return size;
}

/** Gives contacts that name a company by its id alone the name that `Organizations` has told. */
async function withCompanies(
  store: Pick<SyncStore, 'companyNames'>,
  of: BookScope,
  contacts: ContactRecord[],
): Promise<ContactRecord[]> {
  const lacking = contacts.flatMap(({ company, companyId }) =>
    company === undefined && companyId !== undefined ? [companyId] : [],
  );
  if (lacking.length === 0) return contacts;
  const names = await store.companyNames(of, [...new Set(lacking)]);
  if (names.size === 0) return contacts;
  return contacts.map((contact) => {
    const { company, companyId } = contact;
    const name = company === undefined && companyId !== undefined ? names.get(companyId) : company;
    return name === undefined || name === company ? contact : { ...contact, company: name };
  });
}
