import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { readFile, readObject, Refusal, sendJson } from './answer.ts';
import type { Crm } from './crm.ts';

/** Contacts per page unless `per_page` says otherwise. */
const PAGE_SIZE = 50;

interface Question {
  readonly crm: Crm;
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
  /** The record that the path names: `12` in `/api/calls/12`. */
  readonly id: string;
}

type Route = (question: Question) => Promise<Reply>;
type Reply = readonly [status: number, body: unknown];

/** The whole API: method and path, in which `*` stands for one segment. */
const ROUTES: Readonly<Record<string, Route>> = {
  'GET /api/users': async ({ crm }) => [200, { users: crm.users }],
  'GET /api/contacts': async ({ crm, query }) => [200, contactsPage(crm, query)],
  'POST /api/contacts': async ({ crm, request }) => {
    return [201, { contact: crm.createContact(await readObject(request, 'contact')) }];
  },
  'PUT /api/contacts/*': async ({ crm, request, id }) => {
    const contact = crm.updateContact(id, await readObject(request, 'contact'));
    return [200, { contact: found(contact, `contact ${id}`) }];
  },
  'GET /api/calls': async ({ crm, query }) => {
    const key = query.get('key');
    return [200, { calls: key === null ? crm.calls : crm.callsWithKey(key) }];
  },
  'POST /api/calls': async ({ crm, request }) => {
    const fields = await readObject(request, 'call');
    const key = fields['key'];
    if (typeof key === 'string' && key !== '' && crm.callsWithKey(key).length > 0) {
      throw new Refusal(409, `There is a call with the key "${key}" already.`);
    }
    return [201, { call: crm.createCall(fields) }];
  },
  'PATCH /api/calls/*': async ({ crm, request, id }) => {
    const call = crm.updateCall(id, await readObject(request, 'call'));
    return [200, { call: found(call, `call ${id}`) }];
  },
  'POST /api/calls/*/recording': async ({ crm, request, id }) => {
    const call = found(crm.call(id), `call ${id}`);
    const file = await readFile(request);
    crm.attachRecording(call, file.name, file.type, new Uint8Array(await file.arrayBuffer()));
    return [201, { recording: { call_id: id, filename: file.name, size: file.size } }];
  },
};

/**
 * Makes what answers requests below `/api`. Each must carry the token as `Authorization: Bearer`; what is
 * refused is thrown as a `Refusal`.
 */
export function createApi(
  crm: Crm,
  token: string,
): (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> {
  return async (request, response, url) => {
    if (!isToken(request.headers.authorization ?? '', token)) {
      response.setHeader('www-authenticate', 'Bearer');
      throw new Refusal(401, 'The token is missing or wrong.');
    }
    const method = request.method ?? 'GET';
    const [, , resource = '', id, ...rest] = url.pathname.split('/');
    const pattern = ['/api', resource, ...(id === undefined ? [] : ['*']), ...rest].join('/');
    const route = Object.entries(ROUTES).find(([name]) => name === `${method} ${pattern}`)?.[1];
    if (route === undefined) {
      throw new Refusal(404, `There is no ${method} ${url.pathname}.`);
    }
    const [status, body] = await route({
      crm,
      request,
      query: url.searchParams,
      id: decodeURIComponent(id ?? ''),
    });
    sendJson(response, status, body);
  };
}

function contactsPage(crm: Crm, query: URLSearchParams): object {
  const phone = query.get('phone');
  const search = query.get('search');
  const all =
    phone !== null
      ? crm.contactsWithNumber(phone)
      : search !== null
        ? crm.contactsLike(search)
        : crm.contacts;
  const size = positive(query.get('per_page'), PAGE_SIZE);
  const page = positive(query.get('page'), 1);
  const contacts = all.slice((page - 1) * size, page * size);
  return { contacts, page, more: page * size < all.length };
}

function positive(text: string | null, otherwise: number): number {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : otherwise;
}

function found<T>(record: T | undefined, what: string): T {
  if (record === undefined) {
    throw new Refusal(404, `There is no ${what}.`);
  }
  return record;
}

/** Compares digests, so that the time taken tells nothing about the token. */
function isToken(header: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(header), digest(`Bearer ${token}`));
}
