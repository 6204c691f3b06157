import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FIRST_RECORDS, type Call, type Contact, type Records, type User } from './records.ts';

/** Text fields that a request may set, by name; unknown ones are left alone. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * The demo CRM's data: in memory, and in one JSON file that is replaced whole after each change. A file
 * that cannot be read is an error when it is opened, not a reason to begin anew.
 */
export class Crm {
  readonly #folder: string;
  #records: Records;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(join(folder, 'recordings'), { recursive: true });
    const file = join(folder, 'crm.json');
    // The file is only ever written by `#save`, so it has the shape of Records.
    this.#records = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Records)
      : FIRST_RECORDS;
  }

  get users(): readonly User[] {
    return this.#records.users;
  }

  get contacts(): readonly Contact[] {
    return this.#records.contacts;
  }

  /** Newest first. */
  get calls(): readonly Call[] {
    return this.#records.calls.toReversed();
  }

  /** The contacts one of whose numbers has the same last nine digits, or the same digits if it is shorter. */
  contactsWithNumber(number: string): readonly Contact[] {
    const wanted = significantDigits(number);
    return this.contacts.filter((contact) =>
      [contact.phone, contact.mobile].some(
        (own) => own !== '' && significantDigits(own) === wanted,
      ),
    );
  }

  /** The contacts whose name or company has a word that begins like this. */
  contactsLike(prefix: string): readonly Contact[] {
    const wanted = prefix.toLowerCase();
    return this.contacts.filter((contact) =>
      `${contact.first_name} ${contact.last_name} ${contact.company}`
        .toLowerCase()
        .split(' ')
        .some((word) => word.startsWith(wanted)),
    );
  }

  createContact(fields: Fields): Contact {
    const blank = { first_name: '', last_name: '', company: '', email: '', phone: '', mobile: '' };
    const contact = { id: `c-${this.#records.nextId}`, ...withTexts(blank, fields) };
    this.#save({
      contacts: [...this.#records.contacts, contact],
      nextId: this.#records.nextId + 1,
    });
    return contact;
  }

  updateContact(id: string, fields: Fields): Contact | undefined {
    const known = this.contacts.find((contact) => contact.id === id);
    if (known === undefined) {
      return undefined;
    }
    const changed = { ...withTexts(known, fields), id };
    this.#save({
      contacts: this.contacts.map((contact) => (contact.id === id ? changed : contact)),
    });
    return changed;
  }

  /** The call with this key: a list of one, or an empty one. */
  callsWithKey(key: string): readonly Call[] {
    return this.#records.calls.filter((call) => call.key === key);
  }

  call(id: string): Call | undefined {
    return this.#records.calls.find((call) => call.id === id);
  }

  createCall(fields: Fields): Call {
    const texts = { ...BLANK_CALL, started_at: new Date().toISOString() };
    const call: Call = {
      ...withTexts(texts, fields),
      id: String(this.#records.nextId),
      duration: seconds(fields['duration'], 0),
      recording: null,
    };
    this.#save({ calls: [...this.#records.calls, call], nextId: this.#records.nextId + 1 });
    return call;
  }

  updateCall(id: string, fields: Fields): Call | undefined {
    const known = this.call(id);
    if (known === undefined) {
      return undefined;
    }
    const { recording, duration, ...texts } = known;
    const call: Call = {
      ...withTexts(texts, fields),
      id,
      duration: seconds(fields['duration'], duration),
      recording,
    };
    this.#replace(call);
    return call;
  }

  /** Keeps a recording's bytes in a file named for the call. */
  attachRecording(call: Call, filename: string, type: string, bytes: Uint8Array): void {
    writeFileSync(this.recordingFile(call.id), bytes, { mode: 0o600 });
    this.#replace({ ...call, recording: { filename, type, size: bytes.byteLength } });
  }

  recordingFile(callId: string): string {
    return join(this.#folder, 'recordings', callId);
  }

  #replace(changed: Call): void {
    this.#save({
      calls: this.#records.calls.map((call) => (call.id === changed.id ? changed : call)),
    });
  }

  #save(change: Partial<Records>): void {
    this.#records = { ...this.#records, ...change };
    const file = join(this.#folder, 'crm.json');
    writeFileSync(`${file}.new`, JSON.stringify(this.#records, null, 2));
    chmodSync(`${file}.new`, 0o600);
    renameSync(`${file}.new`, file);
  }
}

const BLANK_CALL = {
  key: '',
  direction: '',
  status: '',
  subject: '',
  note: '',
  phone: '',
  contact_id: '',
  user_id: '',
  started_at: '',
  ended_at: '',
  recording_url: '',
};

/** `known` with those of its members replaced for which `fields` has a text. */
function withTexts<T extends object>(known: T, fields: Fields): T {
  const texts = Object.entries(fields).filter(
    ([name, value]) => Object.hasOwn(known, name) && typeof value === 'string',
  );
  return { ...known, ...Object.fromEntries(texts) };
}

function seconds(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

/** Nine digits tell British numbers apart, however their country code or leading zero is written. */
function significantDigits(number: string): string {
  return number.replaceAll(/\D/g, '').slice(-9);
}
