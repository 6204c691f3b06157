import type { Json, JsonObject } from '../json-value.ts';
import { lintDocument } from '../lint/lint-document.ts';
import { documentWith } from './document-with.ts';

const PARAMETERS = {
  subject: 'string',
  contact_id: 'string',
  contact_type: 'string',
  call_key: 'string',
  phone: 'string',
  email: 'string',
  file: 'string',
  file_type: 'string',
  activity_id: 'string',
  upload_url: 'string',
};

/** The codes of what lint finds in a small document with some keys changed; the usual parameters are declared. */
export function codes(changes: JsonObject): readonly string[] {
  const text = documentWith({ parameters: PARAMETERS, ...changes });
  return lintDocument(text).map(({ code }) => code);
}

/** A `CreateActivity` of this request, and other keys of the document. */
export const create = (request: JsonObject, others: JsonObject = {}): JsonObject => ({
  ...others,
  API: { CreateActivity: { request_method: 'POST', request_path: '/c', ...request } },
});

/** A `CreateActivity` with these parameters, and other keys of the document. */
export const body = (parameters: Json, others: JsonObject = {}): JsonObject =>
  create({ request_parameters: parameters }, others);
