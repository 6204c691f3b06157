import { isJsonArray, jsonMember } from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';
import { RECORDS } from './crm-list.ts';
import type { ListValues } from './crm-list.ts';

export interface ListRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
}

export type ListRecord = Readonly<Record<string, string | readonly string[]>>;

/** The request as a programmer writes it who knows this one CRM. */
export function writeRequest({ since, page, apiKey }: ListValues): ListRequest {
  const query = [
    `updated_since=${encodeURIComponent(since)}`,
    `page=${page}`,
    `per_page=${RECORDS}`,
    `include=${encodeURIComponent('company,owner')}`,
  ].join('&');
  return {
    method: 'GET',
    url: `https://api.example.com/v3/contacts?${query}`,
    headers: [
      ['Accept', 'application/json'],
      ['Authorization', `Bearer ${apiKey}`],
    ],
  };
}

/** The answer as a programmer reads it who trusts nothing in it: any part may be missing or of another kind. */
export function readRecords(answer: Json): readonly ListRecord[] {
  const records: ListRecord[] = [];
  for (const item of listOf(jsonMember(answer, 'data'))) {
    const record: Record<string, string | readonly string[]> = {};
    const name = jsonMember(item, 'name');
    const company = jsonMember(item, 'company');
    put(record, 'contact_id', jsonMember(item, 'id'));
    put(record, 'firstname', jsonMember(name, 'first'));
    put(record, 'lastname', jsonMember(name, 'last'));
    put(record, 'job_title', jsonMember(item, 'title'));
    put(record, 'company_id', jsonMember(company, 'id'));
    put(record, 'company_name', jsonMember(company, 'name'));
    put(record, 'owner_ref', jsonMember(jsonMember(item, 'owner'), 'ref'));
    const [mobile, phone, email]: [string[], string[], string[]] = [[], [], []];
    for (const each of listOf(jsonMember(item, 'phones'))) {
      const number = textOf(jsonMember(each, 'number'));
      if (number !== '') (jsonMember(each, 'kind') === 'mobile' ? mobile : phone).push(number);
    }
    for (const each of listOf(jsonMember(item, 'emails'))) {
      const address = textOf(jsonMember(each, 'address'));
      if (address !== '') email.push(address);
    }
    if (mobile.length > 0) record['mobile'] = mobile;
    if (phone.length > 0) record['phone'] = phone;
    if (email.length > 0) record['email'] = email;
    if (record['contact_id'] !== undefined) records.push(record);
  }
  return records;
}

function listOf(value: Json | undefined): readonly Json[] {
  return isJsonArray(value) ? value : [];
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function put(
  record: Record<string, string | readonly string[]>,
  key: string,
  value: Json | undefined,
): void {
  const text = textOf(value);
  if (text !== '') record[key] = text;
}
