import type { BoundRecord } from '../../document/bind/compile-binding.ts';
import type { ContactField } from '../../document/options/options-schema.ts';
import { booleanValue } from '../../document/values/boolean-value.ts';
import { completeNames } from '../../document/values/person-names.ts';
import type { ContactKey, ContactRecord } from '../contact-record.ts';
import type { SyncMethod } from '../index/sync-store.ts';

export type ReadContact =
  | { readonly kind: 'contact'; readonly contact: ContactRecord }
  /** The CRM says that it is gone. */
  | { readonly kind: 'deleted'; readonly key: ContactKey }
  /** It has no id. */
  | { readonly kind: 'left_out' };

export interface ReadingRules {
  readonly method: SyncMethod;
  /** What may be stored beside id and name. */
  readonly fields: ReadonlySet<ContactField>;
  /** The page of a record that names none itself. */
  readonly urlOf: (record: BoundRecord) => string | undefined;
}

/** Reads a record of `Contacts` or `Organizations` as a contact, without what may not be stored. */
export function readContact(record: BoundRecord, rules: ReadingRules): ReadContact {
  const isCompany = rules.method === 'Organizations';
  const crmId = textOf(record, isCompany ? 'company_id' : 'contact_id');
  if (crmId === undefined) return { kind: 'left_out' };
  const key: ContactKey = {
    kind: isCompany ? 'company' : 'person',
    contactType: textOf(record, 'contact_type') ?? '',
    crmId,
  };
  if (booleanValue(textOf(record, 'deleted') ?? '') === true) return { kind: 'deleted', key };
  const contact = isCompany ? companyOf(record, key, rules) : personOf(record, key, rules);
  return { kind: 'contact', contact };
}

/** The first value under a name, without blanks around it; `undefined` for an empty one. */
export function textOf(record: BoundRecord, name: string): string | undefined {
  return textsOf(record, name)[0];
}

function companyOf(record: BoundRecord, key: ContactKey, rules: ReadingRules): ContactRecord {
  return { ...key, name: textOf(record, 'company_name') ?? '', ...reachedBy(record, rules) };
}

function personOf(record: BoundRecord, key: ContactKey, rules: ReadingRules): ContactRecord {
  const { fields } = rules;
  const named = {
    ...optional('full', textOf(record, 'contact_name')),
    ...optional('first', textOf(record, 'firstname')),
    ...optional('last', textOf(record, 'lastname')),
  };
  const { full, first, last } = completeNames(named);
  const company = fields.has('company')
    ? {
        ...optional('company', textOf(record, 'company_name')),
        ...optional('companyId', textOf(record, 'company_id')),
      }
    : {};
  return {
    ...key,
    name: full ?? '',
    ...optional('firstname', first),
    ...optional('lastname', last),
    ...company,
    ...(fields.has('job_title') ? optional('jobTitle', textOf(record, 'job_title')) : {}),
    ...reachedBy(record, rules),
  };
}

function reachedBy(
  record: BoundRecord,
  { fields, urlOf }: ReadingRules,
): Pick<ContactRecord, 'emails' | 'phones' | 'url'> {
  const phones = fields.has('phone')
    ? [...new Set([...textsOf(record, 'phone'), ...textsOf(record, 'mobile')])]
    : [];
  const emails = fields.has('email') ? [...new Set(textsOf(record, 'email'))] : [];
  const url = fields.has('url') ? (textOf(record, 'contact_url') ?? urlOf(record)) : undefined;
  return { emails, phones, ...optional('url', url) };
}

/** From the record itself and never from its prototype. */
function textsOf(record: BoundRecord, name: string): readonly string[] {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  if (value === undefined) return [];
  const texts = typeof value === 'string' ? [value] : value;
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

function optional<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [Key in Name]?: string };
function optional(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined || value === '' ? {} : { [name]: value };
}
