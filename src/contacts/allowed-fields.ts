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
