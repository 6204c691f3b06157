import type { ServerResponse } from 'node:http';

import { startFakeCrm } from '../../../runtime/testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from '../../../runtime/testing/fake-crm.ts';

/** A record as the CRM has it. */
export interface Listed {
  readonly id: string;
  readonly name: string;
  readonly phone?: string;
  readonly company_id?: string;
  readonly changed_at?: string;
  readonly deleted?: boolean;
}

/** Answers a request in its own way and returns true, or leaves it to the CRM. */
export type Fault = (request: FakeRequest, response: ServerResponse) => boolean;

export interface ListingCrm {
  readonly crm: FakeCrm;
  readonly people: Listed[];
  readonly companies: Listed[];
  /** Asked before each answer, from the next request on. */
  fault: Fault | undefined;
  /** Paths with query of the lists that were asked for, in order. */
  asked(): readonly string[];
}

/** Records of one page of every kind. */
export const PAGE_SIZE = 10;

/**
 * A CRM with two lists, `/people` and `/companies`, in every kind of pages: `?page=`, `?offset=`,
 * `?cursor=`, and both a member and a header for the next address; `?since=` leaves out what has not
 * changed since, and without any of these all come at once.
 */
export async function startListingCrm(): Promise<ListingCrm> {
  const people: Listed[] = [];
  const companies: Listed[] = [];
  const listing: { fault: Fault | undefined } = { fault: undefined };
  const crm = await startFakeCrm({
    handler: (request, response) => {
      const list = { '/people': people, '/companies': companies }[request.path];
      if (list === undefined) return false;
      if (listing.fault?.(request, response) === true) return true;
      answerList(list, request, response);
      return true;
    },
  });
  return Object.assign(listing, {
    ...{ crm, people, companies },
    asked: () => crm.requests.map(({ url }) => url),
  });
}

function answerList(list: readonly Listed[], request: FakeRequest, response: ServerResponse): void {
  const { searchParams: query } = new URL(request.url, 'http://crm.invalid');
  const since = query.get('since');
  const found = since === null ? list : list.filter(({ changed_at = '' }) => changed_at >= since);
  const from = startOf(query);
  const records = from === undefined ? found : found.slice(from, from + PAGE_SIZE);
  const end = from === undefined ? undefined : from + PAGE_SIZE;
  const isMore = end !== undefined && end < found.length;
  const next = `${request.path}?cursor=c${String(end)}`;
  const body = isMore
    ? { records, cursor: `c${String(end)}`, next, more: true }
    : { records, more: false };
  response.writeHead(200, {
    'content-type': 'application/json',
    ...(isMore ? { link: `<${next}>; rel="next"` } : {}),
  });
  response.end(JSON.stringify(body));
}

function startOf(query: URLSearchParams): number | undefined {
  const [page, offset, cursor] = ['page', 'offset', 'cursor'].map((name) => query.get(name));
  if (page !== null && page !== undefined) return (Number(page) - 1) * PAGE_SIZE;
  if (offset !== null && offset !== undefined) return Number(offset);
  if (cursor !== null && cursor !== undefined) return Number(cursor.slice(1));
  return query.has('paged') ? 0 : undefined;
}

/** So many people with names, numbers and ids from 1. */
export function someone(count: number, from = 1): readonly Listed[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(from + index);
    return { id: number, name: `Person ${number}`, phone: `+4420794${number.padStart(5, '0')}` };
  });
}
