import * as z from 'zod';

import { externalId, noBody, noContent, noParams, noQuery, pageQuery } from './parts.ts';

/** What an administrator does within one organization. */
export const ADMINISTERED = {
  scopes: ['admin', 'organization'],
  within: 'organization',
} as const;

/** A list, page by page; its endpoint adds what it is a page of. */
export const LIST = {
  method: 'GET',
  params: noParams,
  query: z.strictObject(pageQuery),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  problems: [],
} as const;

/** One object by its id. */
export const READ = {
  method: 'GET',
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  problems: ['not_found'],
} as const;

/** A new object from a body of JSON. */
export const CREATE = {
  method: 'POST',
  params: noParams,
  query: noQuery,
  bodyKind: 'json',
  status: 201,
} as const;

/** One object made, or brought to exactly this body, by its external id. */
export const PUT_EXTERNAL = {
  method: 'PUT',
  params: z.object({ external_id: externalId }),
  query: noQuery,
  bodyKind: 'json',
  status: 200,
  creates: true,
  etag: 'optional',
} as const;

/** One object taken away by its id. */
export const REMOVE = {
  method: 'DELETE',
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 204,
  response: noContent,
  problems: ['not_found'],
} as const;
