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
export function readRecords(answer: unknown): readonly ListRecord[] {
  const records: ListRecord[] = [];
  for (const item of listOf(member(answer, 'data'))) {
    const id = textOf(member(item, 'id'));
    if (id === '') continue;
    const record: Record<string, string | readonly string[]> = { contact_id: id };
    const name = member(item, 'name');
    const company = member(item, 'company');
    put(record, 'firstname', member(name, 'first'));
    put(record, 'lastname', member(name, 'last'));
    put(record, 'job_title', member(item, 'title'));
    put(record, 'company_id', member(company, 'id'));
    put(record, 'company_name', member(company, 'name'));
    const [mobile, phone, email]: [string[], string[], string[]] = [[], [], []];
    for (const each of listOf(member(item, 'phones'))) {
      const number = textOf(member(each, 'number'));
      if (number !== '') (member(each, 'kind') === 'mobile' ? mobile : phone).push(number);
    }
    for (const each of listOf(member(item, 'emails'))) {
      const address = textOf(member(each, 'address'));
      if (address !== '') email.push(address);
    }
    if (mobile.length > 0) record['mobile'] = mobile;
    if (phone.length > 0) record['phone'] = phone;
    if (email.length > 0) record['email'] = email;
    put(record, 'owner_ref', member(member(item, 'owner'), 'ref'));
    records.push(record);
  }
  return records;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function member(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function put(
  record: Record<string, string | readonly string[]>,
  key: string,
  value: unknown,
): void {
  const text = textOf(value);
  if (text !== '') record[key] = text;
}
