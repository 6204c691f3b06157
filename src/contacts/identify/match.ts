import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import { completeNames } from '../../document/values/person-names.ts';
import type { ContactRecord } from '../contact-record.ts';
import type { IndexedContact, NumberHit, NumberMatch } from '../index/contact-index.ts';

/** Who spoke: the copy of the CRM's contacts, what we made ourselves, or the CRM's own search. */
export type MatchSource = 'index' | 'made' | 'crm';

/** A person or company that has the number. */
export interface Match {
  readonly source: MatchSource;
  /** How the number was found in the index. */
  readonly matched?: NumberMatch;
  /** The number that matched, as the CRM has it. */
  readonly matchedPhone?: string;
  readonly kind: 'person' | 'company';
  readonly contactId?: string;
  readonly contactType?: string;
  readonly name?: string;
  readonly firstname?: string;
  readonly lastname?: string;
  readonly company?: string;
  readonly companyId?: string;
  readonly jobTitle?: string;
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  /** The contact's page, where it is known without the document. */
  readonly url?: string;
  /** When its content last changed here; epoch milliseconds. */
  readonly changedAt?: number;
  /** All that the CRM's answer bound, for whoever goes on with it. */
  readonly record: BoundRecord;
}

/** A contact of the index. */
export function matchOfHit(hit: NumberHit): Match {
  const { matched, matchedPhone } = hit;
  return { ...matchOfContact(hit), matched, matchedPhone };
}

export function matchOfContact(contact: IndexedContact): Match {
  const { kind, contactType, crmId, name, phones, emails, source, changedAt } = contact;
  return {
    source: source === 'made' ? 'made' : 'index',
    kind,
    contactId: crmId,
    ...(contactType === '' ? {} : { contactType }),
    ...(name === '' ? {} : { name }),
    ...present(contact, ['firstname', 'lastname', 'company', 'companyId', 'jobTitle', 'url']),
    phones,
    emails,
    changedAt,
    record: recordOfContact(contact),
  };
}

/** A record that a look-up or a create bound. */
export function matchOfRecord(record: BoundRecord, source: MatchSource): Match {
  const text = (name: string): string | undefined => listOf(record, name)[0];
  const full = text('contact_name');
  const first = text('firstname');
  const last = text('lastname');
  const names = completeNames({
    ...(full === undefined ? {} : { full }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  });
  const members = {
    contactId: text('contact_id'),
    contactType: text('contact_type'),
    name: names.full,
    firstname: names.first,
    lastname: names.last,
    company: text('company_name'),
    companyId: text('company_id'),
    jobTitle: text('job_title'),
    url: text('contact_url'),
  };
  return {
    source,
    kind: 'person',
    ...present(members, [
      ...(['contactId', 'contactType', 'name', 'firstname', 'lastname'] as const),
      ...(['company', 'companyId', 'jobTitle', 'url'] as const),
    ]),
    phones: [...listOf(record, 'phone'), ...listOf(record, 'mobile')],
    emails: listOf(record, 'email'),
    record,
  };
}

/** What a document's methods know a contact of the index by. */
export function recordOfContact(contact: ContactRecord): BoundRecord {
  const { kind, crmId, contactType, name, company, companyId } = contact;
  const isCompany = kind === 'company';
  const record: Record<string, string | readonly string[]> = {};
  const bind = (label: string, value: string | readonly string[] | undefined): void => {
    if (value !== undefined) record[label] = value;
  };
  // The calls of a company are its own: no person is known.
  bind('contact_id', isCompany ? undefined : crmId);
  bind('contact_type', contactType === '' ? undefined : contactType);
  bind('contact_name', name === '' ? undefined : name);
  bind('firstname', contact.firstname);
  bind('lastname', contact.lastname);
  bind('company_name', company ?? (isCompany ? name : undefined));
  bind('company_id', companyId ?? (isCompany ? crmId : undefined));
  bind('job_title', contact.jobTitle);
  bind('contact_url', contact.url);
  bind('phone', contact.phones.length === 0 ? undefined : contact.phones);
  bind('email', contact.emails.length === 0 ? undefined : contact.emails);
  return record;
}

/** The contact that a create bound, as the index keeps it; `undefined` where the CRM told no id. */
export function contactOfRecord(record: BoundRecord): ContactRecord | undefined {
  const match = matchOfRecord(record, 'made');
  const { contactId, contactType = '', name = '', phones, emails } = match;
  if (contactId === undefined) return undefined;
  return {
    kind: 'person',
    contactType,
    crmId: contactId,
    name,
    ...present(match, ['firstname', 'lastname', 'company', 'companyId', 'jobTitle', 'url']),
    phones,
    emails,
  };
}

function listOf(record: BoundRecord, name: string): readonly string[] {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** The members that are there, without those that are undefined. */
function present<T extends object, K extends keyof T>(
  of: T,
  names: readonly K[],
): { [N in K]?: Exclude<T[N], undefined> } {
  const kept: { [N in K]?: Exclude<T[N], undefined> } = {};
  for (const name of names) {
    const value = of[name];
    if (isThere(value)) kept[name] = value;
  }
  return kept;
}

function isThere<V>(value: V): value is Exclude<V, undefined> {
  return value !== undefined;
}
