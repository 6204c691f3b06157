import { createPhoneNumbers } from '../../src/contacts/phone-number.ts';
import { compileDocument } from '../../src/document/compile.ts';
import type { CompiledDocument } from '../../src/document/compiled-document.ts';
import type { RenderContext } from '../../src/document/render/request.ts';
import {
  isJsonObject,
  isRawNumber,
  jsonMember,
  jsonMembers,
  jsonText,
} from '../../src/document/json-value.ts';
import type { Json } from '../../src/document/json-value.ts';
import { AppError } from '../../src/errors/app-error.ts';
import type { Scalar } from '../../src/document/values/values.ts';

export const phones = createPhoneNumbers();

/** What a partial document of a case leaves out. */
const REST = {
  id: 'conformance',
  name: 'Conformance',
  class: 'crm',
  resource_url: 'https://crm.example',
} as const;
const SOME_API = { Users: { request_method: 'GET', request_path: '/users' } } as const;

/** Compiles the document of a case, completed; answers in words what is wrong with it. */
export function compileCase(json: Json): CompiledDocument | string {
  const partial = jsonMember(json, 'document') ?? {};
  const api = jsonMember(partial, 'API') ?? jsonMember(partial, 'api');
  const whole = {
    ...REST,
    ...(api === undefined ? { API: SOME_API } : {}),
    ...(isJsonObject(partial) ? partial : {}),
  };
  try {
    return compileDocument(JSON.stringify(whole));
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    return `the document does not compile: ${err.message}`;
  }
}

/** The context of a case: its values, properties and connection. */
export function contextOf(json: Json): RenderContext {
  const values = new Map(scalarMembers(jsonMember(json, 'values')));
  const file = values.get('file');
  const accessToken = values.get('access_token');
  const sessionToken = values.get('session_token');
  const context = jsonMember(json, 'context');
  for (const name of ['file', 'access_token', 'session_token']) values.delete(name);
  return {
    values: Object.fromEntries(values),
    properties: Object.fromEntries(
      scalarMembers(jsonMember(json, 'properties')).map(([label, value]) => [label, String(value)]),
    ),
    country: jsonText(context, 'country') ?? 'GB',
    timezone: jsonText(context, 'timezone') ?? 'Europe/London',
    phones,
    boundary: 'conformance0123456789abcdef',
    ...(typeof file === 'string' ? { file: { size: fileBytes(json).length } } : {}),
    ...(typeof accessToken === 'string' ? { accessToken } : {}),
    ...(typeof sessionToken === 'string' ? { sessionToken } : {}),
  };
}

/** The bytes of the value `file` of a case. */
export function fileBytes(json: Json): Buffer {
  return Buffer.from(jsonText(jsonMember(json, 'values'), 'file') ?? '', 'base64');
}

function scalarMembers(json: Json | undefined): readonly (readonly [string, Scalar])[] {
  return jsonMembers(json).flatMap(([name, value]) => {
    if (isRawNumber(value)) return [[name, value.rawJSON] as const];
    if (value === null || typeof value === 'object') return [];
    return [[name, value] as const];
  });
}
