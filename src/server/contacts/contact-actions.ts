import { recordDeed } from '../../access/audit.ts';
import { contactKey } from '../../calls/made-contacts.ts';
import { forgetSavedContact, saveContact } from '../../calls/saved-contact-repository.ts';
import type { SignedInRunner } from '../../connections/sign-in/signed-in-runner.ts';
import { namesNotKept, withoutNames } from '../../contacts/allowed-fields.ts';
import { contactOfRecord, matchOfRecord, recordOfContact } from '../../contacts/identify/match.ts';
import type { Match } from '../../contacts/identify/match.ts';
import type { ContactIndex } from '../../contacts/index/contact-index.ts';
import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Database } from '../../store/database.ts';
import type { Ids } from '../../text/uuid.ts';
import { listOf, textOf } from '../bound-record.ts';
import type { PipelineConnection } from '../connection-book.ts';
import type { LookupCounter } from '../count-lookups.ts';
import type { Idempotency } from '../idempotency/idempotency.ts';
import type { KeptContacts } from '../kept-contacts.ts';
import { changeContact } from './change-contact.ts';
import type { ContactChange, ContactChanged } from './change-contact.ts';
import { checkContactType } from './contact-types.ts';
import { findThere } from './find-there.ts';
import { readContactValues } from './read-contact-values.ts';
import type { GivenValues } from './read-contact-values.ts';

export interface ContactActionDeps {
  /** That of the routes: a write of it marks a request with an Idempotency-Key. */
  readonly database: Database;
  readonly ids: Ids;
  readonly runner: SignedInRunner;
  readonly idempotency: Pick<Idempotency, 'withoutEffect'>;
  readonly keptContacts: KeptContacts;
  /** Absent: no copies are kept. */
  readonly index: Pick<ContactIndex, 'byId'> | undefined;
  readonly lookups: LookupCounter;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** Who does it, and under which key. */
export interface Acting {
  readonly actor: string;
  readonly idempotencyKey?: string | undefined;
}

/** A person in a CRM. */
export interface PersonKey {
  readonly contactId: string;
  /** `''`: the document names none. */
  readonly contactType: string;
}

/** What came of a create. */
export interface CreatedContact {
  readonly match: Match;
  /** False where the CRM answered with a contact that was there: nothing known of it is written over. */
  readonly isNew: boolean;
}

/**
 * Makes a contact in the CRM, and lets searches and calls know it at once. Rejects with
 * `invalid_request` for values that the document does not take, `refused_by_crm`, `unknown_outcome`,
 * `upstream_failed`, and `conflict` where nothing can be sent now.
 */
export async function createContact(
  deps: ContactActionDeps,
  connection: PipelineConnection,
  of: { readonly given: GivenValues; readonly contactType: string; readonly by: Acting },
): Promise<CreatedContact> {
  const { document } = connection.opened;
  checkContactType(document, of.contactType);
  const { values } = readContactValues(document, 'CreateContact', of.given);
  const typed = of.contactType === '' ? values : { ...values, contact_type: of.contactType };
  // From here on a repeat under the same key must not send it again.
  await deps.database.write(() => Promise.resolve());
  const begunAt = deps.database.now();
  const change = { method: 'CreateContact', values: typed, by: of.by, begunAt } as const;
  const told = await carryOut(deps, connection, change);
  return await follow(deps, connection, { typed, told, begunAt, by: of.by });
}

/** Changes a contact in the CRM. Rejects like `createContact`, and with `not_found` where it is gone. */
export async function updateContact(
  deps: ContactActionDeps,
  connection: PipelineConnection,
  of: { readonly key: PersonKey; readonly given: GivenValues; readonly by: Acting },
): Promise<BoundRecord> {
  const { key } = of;
  const { document } = connection.opened;
  checkContactType(document, key.contactType);
  const { values, cleared } = readContactValues(document, 'UpdateContact', of.given);
  const change = { method: 'UpdateContact', values: { ...values, ...idOf(key) }, cleared } as const;
  const begunAt = deps.database.now();
  const sent = await carryOut(deps, connection, { ...change, by: of.by, key, begunAt });
  const told = sent.record;
  const before = await known(deps, connection, key);
  const changed = withChanges(before ?? {}, { values: asRecord(values), cleared, told, key });
  await record(deps, connection, { action: 'contact.updated', id: key.contactId, by: of.by });
  await saveAgain(deps, connection, changed);
  const contact = contactOfRecord(changed);
  // Of a contact that is not known here only a part was told: the next sync brings the whole.
  if (before !== undefined && contact !== undefined) {
    await noted(deps, connection, () => deps.keptContacts.put(connection, contact, 'made'));
  }
  deps.keptContacts.forget(connection, [
    ...listOf(changed, 'phone'),
    ...listOf(before ?? {}, 'phone'),
  ]);
  return changed;
}

/** Deletes a contact in the CRM, and from what is known of it here; one that is gone already, too. */
export async function deleteContact(
  deps: ContactActionDeps,
  connection: PipelineConnection,
  of: { readonly key: PersonKey; readonly by: Acting },
): Promise<void> {
  const { key, by } = of;
  checkContactType(connection.opened.document, key.contactType);
  const change = { method: 'DeleteContact', values: idOf(key), by, key } as const;
  await carryOut(deps, connection, { ...change, begunAt: deps.database.now() });
  await forgetContact(deps, connection, key);
  await record(deps, connection, { action: 'contact.deleted', id: key.contactId, by });
}

async function carryOut(
  deps: ContactActionDeps,
  connection: PipelineConnection,
  change: Omit<ContactChange, 'signal'> & {
    readonly by: Acting;
    readonly key?: PersonKey;
    readonly begunAt: number;
  },
): Promise<Told> {
  const { key, by, begunAt, ...asked } = change;
  // Whoever asked may go: a request that was begun and not awaited is one of unknown outcome.
  const { signal } = new AbortController();
  const { idempotencyKey } = by;
  const changed = await changeContact(deps, connection, { ...asked, idempotencyKey, signal });
  if (changed.requests > 0) deps.lookups.count(connection.organizationId, changed.requests, 0);
  switch (changed.status) {
    case 'done':
      return changed;
    case 'gone':
      if (key !== undefined) await forgetContact(deps, connection, key);
      if (change.method === 'DeleteContact') return { record: {}, wasThere: false };
      throw new AppError('not_found', `The CRM has no such contact any more. ${changed.message}`);
    case 'refused':
      await deps.idempotency.withoutEffect();
      throw changed.problem;
    case 'unknown': {
      const id = textOf(changed.record, 'contact_id');
      // It is there, if not as it should be: no call may make it a second time.
      if (change.method === 'CreateContact' && id !== undefined) {
        await follow(deps, connection, { typed: change.values, told: changed, begunAt, by });
      }
      throw changed.problem;
    }
  }
}

/** What the CRM answered to a change. */
type Told = Pick<Extract<ContactChanged, { status: 'done' }>, 'record' | 'wasThere'>;

/** What was made is known from now on; what was there stays as it is known. */
async function follow(
  deps: ContactActionDeps,
  connection: PipelineConnection,
  of: {
    readonly typed: Readonly<Record<string, string>>;
    readonly told: Told;
    /** When the CRM was asked; epoch milliseconds. */
    readonly begunAt: number;
    readonly by: Acting;
  },
): Promise<CreatedContact> {
  const { typed, told, by } = of;
  const made = { ...asRecord(typed), ...told.record };
  const { id: connectionId, organizationId } = connection;
  const contact = contactOfRecord(made);
  const created = { match: matchOfRecord(made, 'made'), isNew: true };
  if (contact === undefined) return created;
  const there = await findThere(deps, connection, { ...told, contact, begunAt: of.begunAt });
  if (there !== undefined) {
    deps.keptContacts.forget(connection, contact.phones);
    return { match: there, isNew: false };
  }
  const numbers = numbersKept(connection, contact.phones);
  const { database } = deps;
  await database.write(async (transaction) => {
    const now = database.now();
    await saveContact(transaction, {
      ...{ organizationId, connectionId, numbers, now },
      contact: kept(connection, made),
    });
    await recordContactDeed(deps, transaction, {
      ...{ connection, action: 'contact.created', id: contact.crmId, by, now },
    });
  });
  await noted(deps, connection, () => deps.keptContacts.put(connection, contact, 'made'));
  return created;
}

/** What was made a short time ago has other numbers now. */
async function saveAgain(
  { database }: ContactActionDeps,
  connection: PipelineConnection,
  changed: BoundRecord,
): Promise<void> {
  const { id: connectionId, organizationId } = connection;
  const contact = kept(connection, changed);
  const contactId = textOf(contact, 'contact_id') ?? '';
  const phones = [...listOf(changed, 'phone'), ...listOf(changed, 'mobile')];
  const numbers = numbersKept(connection, phones);
  await database.write(async (transaction) => {
    const known = await forgetSavedContact(transaction, { connectionId, contactId });
    if (known === 0) return;
    const now = database.now();
    await saveContact(transaction, { organizationId, connectionId, numbers, contact, now });
  });
}

/** As the connection lets it be stored. */
function kept({ opened }: PipelineConnection, contact: BoundRecord): BoundRecord {
  return withoutNames(contact, namesNotKept(opened.options.contact_fields));
}

/** The numbers by which calls know a contact that was made here; none where numbers are not stored. */
function numbersKept(
  { country, opened }: PipelineConnection,
  phones: readonly string[],
): readonly string[] {
  if (!opened.options.contact_fields.includes('phone')) return [];
  return phones.flatMap((phone) => contactKey(phone, country) ?? []);
}

async function forgetContact(
  deps: ContactActionDeps,
  connection: PipelineConnection,
  { contactId, contactType }: PersonKey,
): Promise<void> {
  const { id: connectionId } = connection;
  await deps.database.write((transaction) =>
    forgetSavedContact(transaction, { connectionId, contactId }),
  );
  const key = { kind: 'person', contactType, crmId: contactId } as const;
  const before = await known(deps, connection, { contactId, contactType });
  await noted(deps, connection, () => deps.keptContacts.remove(connection, [key]));
  deps.keptContacts.forget(connection, listOf(before ?? {}, 'phone'));
}

/** The CRM has done it: a copy that lags is no reason to say otherwise. */
async function noted(
  { log }: ContactActionDeps,
  { id }: PipelineConnection,
  write: () => Promise<unknown>,
): Promise<void> {
  try {
    await write();
  } catch (err) {
    log.warn({ err, connection_id: id }, 'a changed contact is not in the index yet');
  }
}

async function known(
  { index }: ContactActionDeps,
  { id: connectionId, organizationId }: PipelineConnection,
  { contactId: crmId, contactType }: PersonKey,
): Promise<BoundRecord | undefined> {
  const key = { kind: 'person', contactType, crmId } as const;
  const contact = await index?.byId({ organizationId, connectionId }, key);
  return contact === undefined ? undefined : recordOfContact(contact);
}

async function record(
  deps: ContactActionDeps,
  connection: PipelineConnection,
  of: { readonly action: string; readonly id: string; readonly by: Acting },
): Promise<void> {
  const { database } = deps;
  await database.write((transaction) =>
    recordContactDeed(deps, transaction, { ...of, connection, now: database.now() }),
  );
}

async function recordContactDeed(
  { ids }: ContactActionDeps,
  transaction: Parameters<typeof recordDeed>[0],
  of: {
    readonly connection: PipelineConnection;
    readonly action: string;
    readonly id: string;
    readonly by: Acting;
    readonly now: number;
  },
): Promise<void> {
  const { connection, action, id, by, now } = of;
  await recordDeed(
    transaction,
    { organizationId: connection.organizationId },
    {
      ...{ ids, actor: by.actor, action, at: now },
      ...{ objectKind: 'connection', objectId: connection.id, details: { contact_id: id } },
    },
  );
}

function idOf({ contactId, contactType }: PersonKey): Readonly<Record<string, string>> {
  return contactType === ''
    ? { contact_id: contactId }
    : { contact_id: contactId, contact_type: contactType };
}

/** As an answer would bind them: a contact may have several numbers and addresses. */
function asRecord(values: Readonly<Record<string, string>>): BoundRecord {
  const entries = Object.entries(values).map(
    ([name, value]) => [name, LISTS.has(name) ? [value] : value] as const,
  );
  return Object.fromEntries(entries);
}

const LISTS: ReadonlySet<string> = new Set(['phone', 'mobile', 'email']);

/**
 * What is known of a contact after a change. Of its numbers only those that were given stay: the index
 * does not tell a mobile from others, and an old number must not stand for somebody.
 */
function withChanges(
  before: BoundRecord,
  change: {
    readonly values: BoundRecord;
    readonly cleared: ReadonlySet<string>;
    readonly told: BoundRecord;
    readonly key: PersonKey;
  },
): BoundRecord {
  const { values, cleared, told, key } = change;
  const changesNumbers = ['phone', 'mobile'].some(
    (name) => Object.hasOwn(values, name) || cleared.has(name),
  );
  const changesName = ['contact_name', 'firstname', 'lastname'].some(
    (name) => Object.hasOwn(values, name) || cleared.has(name),
  );
  const left = Object.entries(before).filter(
    ([name]) =>
      !cleared.has(name) &&
      !(changesNumbers && (name === 'phone' || name === 'mobile')) &&
      // The whole name is made anew of its parts.
      !(changesName && name === 'contact_name'),
  );
  return { ...Object.fromEntries(left), ...values, ...told, ...idOf(key) };
}
