import jsonata from 'jsonata';

import type { Json } from '../../src/document/json-value.ts';
import { RECORDS } from './crm-list.ts';
import type { ListValues } from './crm-list.ts';

const REQUEST = jsonata(`{
  "method": "GET",
  "url": "https://api.example.com/v3/contacts?" & $join([
    "updated_since=" & $encodeUrlComponent(since),
    "page=" & $string(page),
    "per_page=" & $string(${RECORDS}),
    "include=" & $encodeUrlComponent("company,owner")
  ], "&"),
  "headers": [["Accept", "application/json"], ["Authorization", "Bearer " & apiKey]]
}`);

const RECORDS_OF_ANSWER = jsonata(`[data.{
  "contact_id": $string(id),
  "firstname": name.first,
  "lastname": name.last,
  "job_title": title,
  "company_id": company.id ? $string(company.id),
  "company_name": company.name,
  "owner_ref": owner.ref,
  "mobile": [phones[kind = "mobile"].number],
  "phone": [phones[kind != "mobile"].number],
  "email": [emails.address]
}]`);

/** The same request and records by JSONata: two expressions, compiled once. */
export async function throughJsonata(
  values: ListValues,
  answer: Json,
): Promise<readonly unknown[]> {
  return [await REQUEST.evaluate(values), await RECORDS_OF_ANSWER.evaluate(answer)];
}
