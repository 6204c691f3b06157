import { CONTACT_FIELDS } from '../document/options/options-schema.ts';
import type { ContactField } from '../document/options/options-schema.ts';
import type { ContactRecord } from './contact-record.ts';

/** A contact with what its connection lets be stored: id and names always, all else by `contact_fields`. */
export function withAllowedFields(
  contact: ContactRecord,
  fields: readonly ContactField[],
): ContactRecord {
  const { company, companyId, jobTitle, url, emails, phones, ...named } = contact;
  const may = new Set(fields);
  return {
    ...named,
    ...(may.has('company') && company !== undefined ? { company } : {}),
    ...(may.has('company') && companyId !== undefined ? { companyId } : {}),
    ...(may.has('job_title') && jobTitle !== undefined ? { jobTitle } : {}),
    ...(may.has('url') && url !== undefined ? { url } : {}),
    emails: may.has('email') ? emails : [],
    phones: may.has('phone') ? phones : [],
  };
}

/** The names under which a document binds what each field is. */
const NAMES: Readonly<Record<ContactField, readonly string[]>> = {
  phone: ['phone', 'mobile'],
  email: ['email'],
  company: ['company_name', 'company_id'],
  job_title: ['job_title'],
  url: ['contact_url'],
};

/** Names of a contact's data that its connection does not let be stored. */
export function namesNotKept(fields: readonly ContactField[]): ReadonlySet<string> {
  const left = CONTACT_FIELDS.filter((field) => !fields.includes(field));
  return new Set(left.flatMap((field) => NAMES[field]));
}

/** A record of an answer without some names. */
export function withoutNames<Value>(
  record: Readonly<Record<string, Value>>,
  names: ReadonlySet<string>,
): Readonly<Record<string, Value>> {
  if (names.size === 0) return record;
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.has(name)));
}
