import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeConversation, soundSeconds } from '../voice.ts';
import { BLANK_CALL, BLANK_COMPANY, BLANK_CONTACT } from './blank-records.ts';
import { numberOf, withTexts, type Fields } from './fields.ts';
import type { Call, Company, Contact, Records, User } from './records.ts';
import { openRecordsFile, type RecordsFile } from './records-file.ts';
import { firstRecords } from './seed/first-records.ts';

/**
 * The demo CRM's records: in memory, and in one file that is written after each change. Its times
 * come from `now`, epoch milliseconds.
 */
export class Crm {
  readonly #folder: string;
  readonly #file: RecordsFile;
  readonly #now: () => number;
  #records: Records;
  #changes = 0;

  constructor(folder: string, now: () => number = Date.now) {
    this.#folder = folder;
    this.#now = now;
    this.#file = openRecordsFile(folder);
    this.#records = this.#file.read() ?? firstRecords(now());
  }

  /** Epoch milliseconds. */
  get now(): number {
    return this.#now();
  }

  /** Grows with each change since the start: a page that is shown asks for it. */
  get changes(): number {
    return this.#changes;
  }

  get users(): readonly User[] {
    return this.#records.users;
  }

  get companies(): readonly Company[] {
    return this.#records.companies;
  }

  /** In the order they were made. */
  get contacts(): readonly Contact[] {
    return this.#records.contacts;
  }

  get deletedContacts(): Records['deletedContacts'] {
    return this.#records.deletedContacts;
  }

  /** Newest first. */
  get calls(): readonly Call[] {
    return this.#records.calls.toReversed();
  }

  contact(id: string): Contact | undefined {
    return this.contacts.find((contact) => contact.id === id);
  }

  company(id: string): Company | undefined {
    return this.companies.find((company) => company.id === id);
  }

  user(id: string): User | undefined {
    return this.users.find((user) => user.id === id);
  }

  call(id: string): Call | undefined {
    return this.#records.calls.find((call) => call.id === id);
  }

  /** The call with this key: a list of one, or an empty one. */
  callsWithKey(key: string): readonly Call[] {
    return this.#records.calls.filter((call) => call.key === key);
  }

  createContact(fields: Fields): Contact {
    const times = { created_at: this.#time(), updated_at: this.#time() };
    const contact: Contact = {
      ...this.#inCompany(withTexts(BLANK_CONTACT, fields), fields),
      ...times,
      id: this.#newId('c-'),
    };
    this.#save({ contacts: [...this.contacts, contact] });
    return contact;
  }

  updateContact(id: string, fields: Fields): Contact | undefined {
    const known = this.contact(id);
    if (known === undefined) return undefined;
    const { created_at } = known;
    const changed = this.#inCompany(withTexts(known, fields), fields);
    const contact = { ...changed, id, created_at, updated_at: this.#time() };
    this.#save({ contacts: this.contacts.map((other) => (other.id === id ? contact : other)) });
    return contact;
  }

  /** Its calls stay, without a contact. False when there is none. */
  deleteContact(id: string): boolean {
    if (this.contact(id) === undefined) return false;
    const gone = { id, deleted: true, updated_at: this.#time() } as const;
    this.#save({
      contacts: this.contacts.filter((contact) => contact.id !== id),
      deletedContacts: [...this.deletedContacts, gone],
      calls: this.#records.calls.map((call) =>
        call.contact_id === id ? { ...call, contact_id: '' } : call,
      ),
    });
    return true;
  }

  createCompany(fields: Fields): Company {
    const times = { created_at: this.#time(), updated_at: this.#time() };
    const company: Company = {
      ...withTexts(BLANK_COMPANY, fields),
      ...times,
      id: this.#newId('o-'),
    };
    this.#save({ companies: [...this.companies, company] });
    return company;
  }

  createCall(fields: Fields): Call {
    const texts = { ...BLANK_CALL, started_at: this.#time() };
    const call: Call = {
      ...withTexts(texts, fields),
      id: this.#newId(''),
      duration: numberOf(fields, 'duration', 0),
      recording: null,
    };
    this.#save({ calls: [...this.#records.calls, call] });
    return call;
  }

  updateCall(id: string, fields: Fields): Call | undefined {
    const known = this.call(id);
    if (known === undefined) return undefined;
    const duration = numberOf(fields, 'duration', known.duration);
    return this.#replace({ ...withTexts(known, fields), id, duration });
  }

  /** Keeps a recording's bytes in a file named for the call. */
  attachRecording(call: Call, filename: string, type: string, bytes: Uint8Array): Call {
    writeFileSync(this.recordingFile(call.id), bytes, { mode: 0o600 });
    return this.#replace({ ...call, recording: { filename, type, size: bytes.byteLength } });
  }

  recordingFile(callId: string): string {
    return this.#file.recording(callId);
  }

  /** The bytes of a call's recording; undefined when it has none. */
  recordingBytes(call: Call): Uint8Array | undefined {
    if (call.recording === null) return undefined;
    const { made_from, size } = call.recording;
    return made_from === undefined
      ? readFileSync(this.recordingFile(call.id))
      : makeConversation(made_from, soundSeconds(size));
  }

  /** Begins anew with the first records; uploaded recordings go. */
  reset(): void {
    for (const name of readdirSync(join(this.#folder, 'recordings'))) {
      rmSync(this.recordingFile(name));
    }
    const { nextId } = this.#records;
    const first = firstRecords(this.#now());
    // A link that somebody kept must not lead to another call than it did.
    this.#save({ ...first, nextId: Math.max(first.nextId, nextId) });
  }

  #replace(changed: Call): Call {
    this.#save({
      calls: this.#records.calls.map((call) => (call.id === changed.id ? changed : call)),
    });
    return changed;
  }

  /** The contact in the company that the request names by id, or by name: a new name makes a new company. */
  #inCompany(contact: Contact, fields: Fields): Contact {
    const { company_id, company: name } = fields;
    const byId = typeof company_id === 'string' ? this.company(company_id) : undefined;
    if (byId !== undefined) return { ...contact, company_id: byId.id, company: byId.name };
    if (typeof name !== 'string') return contact;
    if (name.trim() === '') return { ...contact, company: '', company_id: '' };
    const wanted = name.trim().toLowerCase();
    const company =
      this.companies.find((other) => other.name.toLowerCase() === wanted) ??
      this.createCompany({ name: name.trim() });
    return { ...contact, company: company.name, company_id: company.id };
  }

  #newId(prefix: string): string {
    const id = this.#records.nextId;
    this.#records = { ...this.#records, nextId: id + 1 };
    return `${prefix}${id}`;
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }

  #save(change: Partial<Records>): void {
    this.#records = { ...this.#records, ...change };
    this.#changes += 1;
    this.#file.write(this.#records);
  }
}
