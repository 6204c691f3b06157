import { methodRow } from '../../../document/methods.ts';
import type { MethodKind, MethodName } from '../../../document/methods.ts';
import type { Verb } from './golden-run.ts';

/**
 * What a fault means: `kind effect action`, then `breaker` where it counts against the CRM, then the
 * milliseconds to wait. The nearest word about a method counts: its name, its kind, `put` for a
 * write that may be repeated, `read` or `write`, `all`.
 */
export type Expected = Readonly<
  Partial<Record<MethodName | MethodKind | 'put' | 'read' | 'write' | 'all', string>>
>;

/** What a row says of a method; the nearest word counts. */
export function expectedOutcome(
  row: Expected | undefined,
  method: MethodName,
  verb: Verb = 'POST',
): string {
  const { kind, writes } = methodRow(method);
  const put = writes && verb === 'PUT' ? row?.put : undefined;
  const wide = writes ? row?.write : row?.read;
  return row?.[method] ?? put ?? row?.[kind] ?? wide ?? row?.all ?? 'no expectation';
}

const UNREACHED: Expected = { all: 'unreachable not_executed retry breaker' };
const OURS: Expected = { all: 'unreachable not_executed retry' };
const BLOCKED: Expected = { all: 'blocked not_executed retry breaker' };
const UNSENDABLE: Expected = { all: 'refused not_executed park' };
const LOST: Expected = {
  read: 'lost unknown retry breaker',
  write: 'lost unknown look_up breaker',
  put: 'lost unknown retry breaker',
};
const LOST_BY_US: Expected = {
  read: 'lost unknown retry',
  write: 'lost unknown look_up',
  put: 'lost unknown retry',
};
const FAILED: Expected = {
  all: 'unavailable unknown retry breaker',
  create: 'unavailable unknown look_up breaker',
  upload: 'unavailable unknown look_up breaker',
  put: 'unavailable unknown retry breaker',
};
const WAIT = 'throttled not_executed wait';
const REFUSED: Expected = { all: 'refused not_executed park' };
const GONE: Expected = {
  list: 'refused not_executed park',
  find: 'not_found executed succeed',
  create: 'refused not_executed park',
  change: 'gone not_executed park',
  upload: 'gone not_executed park',
  delete: 'gone executed succeed',
};
const NOT_THERE_YET: Expected = {
  ...GONE,
  change: 'gone not_executed retry',
  upload: 'gone not_executed retry',
};
const NOT_TAKEN: Expected = { all: 'unavailable not_executed retry breaker' };
const REDIRECTED: Expected = { all: 'redirected not_executed park' };
const DONE: Expected = { all: 'success executed succeed' };
/** Accepted, and nobody knows which record it is: never repeated, by PUT neither. */
const WITHOUT_ID = 'unreadable executed look_up';
const EMPTY: Expected = {
  list: 'success executed succeed',
  find: 'not_found executed succeed',
  write: WITHOUT_ID,
};
const LOGIN_PAGE: Expected = {
  read: 'unauthorized not_executed refresh breaker',
  write: WITHOUT_ID,
};
const TOO_LARGE: Expected = {
  read: 'too_large executed park',
  write: 'too_large executed look_up',
};
const UNREADABLE: Expected = { read: 'unreadable executed retry breaker', write: WITHOUT_ID };

/** Written by hand from the tables of the failure catalogue. Every fault has its row. */
export const EXPECTED_OUTCOMES: Readonly<Record<string, Expected>> = {
  'the name has no address': UNREACHED,
  'the name server is silent': UNREACHED,
  'connection refused': UNREACHED,
  'connection not accepted in time': UNREACHED,
  'network unreachable': UNREACHED,
  'TLS handshake reset': UNREACHED,
  'TLS handshake too slow': UNREACHED,
  'certificate not valid': { all: 'certificate not_executed retry breaker' },
  'egress blocks the address': BLOCKED,
  'egress blocks the origin': BLOCKED,
  'a header that cannot be sent': UNSENDABLE,
  'no socket free in time': UNREACHED,
  'our own shutdown before a byte': OURS,
  'our own file handles used up': OURS,
  'reset before any byte': UNREACHED,

  'reset while writing': LOST,
  'timeout while writing': LOST,
  'given up by us while writing': LOST_BY_US,
  'the file changed while it was sent': LOST_BY_US,
  'timeout after sending': LOST,
  'reset after sending': LOST,
  'an answer that is not HTTP': LOST,
  'a head of more than 64 KiB': { ...LOST, read: 'too_large unknown park' },
  'a 201 broken off': LOST,
  'a 200 with bad chunking': LOST,
  'a 200 with a wrong Content-Length': LOST,
  'a 200 that falls silent': LOST,
  'a 422 broken off': REFUSED,
  'a 502 broken off': FAILED,

  '429': { all: WAIT },
  '429 with seconds': { all: `${WAIT} 7000` },
  '429 with a date': { all: `${WAIT} 30000` },
  '429 with a year': { all: `${WAIT} 86400000` },
  '429 with zero seconds': { all: `${WAIT} 1000` },
  '429 with X-RateLimit-Reset': { all: `${WAIT} 40000` },
  '429 with the interval of HubSpot': { all: `${WAIT} 10000` },
  '429 with the day of HubSpot used up': { all: `${WAIT} 3600000` },
  '503 with Retry-After': { all: `${WAIT} 7000` },
  '403 with Retry-After': { all: `${WAIT} 7000` },
  '403 that the document knows as a limit': { all: WAIT },

  '400': REFUSED,
  '402': REFUSED,
  '405': REFUSED,
  '406': REFUSED,
  '413': REFUSED,
  '415': REFUSED,
  '422': REFUSED,
  '451': REFUSED,
  '401': { all: 'unauthorized not_executed refresh' },
  '403 that the document knows as a bad token': { all: 'unauthorized not_executed refresh' },
  '403': { all: 'forbidden not_executed park' },
  '404': GONE,
  '410': GONE,
  '404 of a record of 59 s': NOT_THERE_YET,
  '404 of a record of 61 s': GONE,
  '410 of a record of 59 s': NOT_THERE_YET,
  '408': NOT_TAKEN,
  '409': {
    read: 'refused not_executed park',
    create: 'conflict unknown look_up',
    upload: 'conflict unknown look_up',
    change: 'conflict unknown retry',
    delete: 'conflict unknown retry',
  },
  '423': { all: 'unavailable not_executed retry' },
  '425': NOT_TAKEN,
  '409 that names the record': DONE,
  '500': FAILED,
  '502': FAILED,
  '503': FAILED,
  '504': FAILED,
  '520': FAILED,
  '521': FAILED,
  '522': FAILED,
  '523': FAILED,
  '524': FAILED,
  '525': FAILED,
  '526': FAILED,
  '527': FAILED,
  '501': REFUSED,
  '511': NOT_TAKEN,
  '799': {
    read: 'unreadable unknown retry breaker',
    write: 'unreadable unknown look_up breaker',
    put: 'unreadable unknown retry breaker',
  },
  '300': REDIRECTED,
  '301': REDIRECTED,
  '302': REDIRECTED,
  '303': REDIRECTED,
  '304': { ...REDIRECTED, list: 'success executed succeed', find: 'not_found executed succeed' },
  '305': REDIRECTED,
  '307': REDIRECTED,
  '308': REDIRECTED,

  '200': DONE,
  '201': DONE,
  '202': DONE,
  '207': DONE,
  '204': EMPTY,
  '200 with a web page': LOGIN_PAGE,
  '200 with a web page called JSON': LOGIN_PAGE,
  '200 without a body': EMPTY,
  '200 without the id': EMPTY,
  '200 with plain text': UNREADABLE,
  '200 with broken JSON': UNREADABLE,
  '200 with success false, which the document looks at': REFUSED,
  '200 with success false, of which the document says nothing': EMPTY,
  '200 with errors of GraphQL, which the document looks at': REFUSED,
  '200 with words of refusal in place of the id': { ...EMPTY, write: 'refused not_executed park' },
  '207 with a code for each record, none of them good': {
    ...EMPTY,
    write: 'refused not_executed park',
  },
  '207 with a code for each record, one of them good': DONE,
  'a compression bomb': TOO_LARGE,
  'a compression nobody asked for': UNREADABLE,
  'compression that is broken': UNREADABLE,
  'JSON 65 levels deep': TOO_LARGE,
  'JSON of 200,001 nodes': TOO_LARGE,
  'a charset that is a lie': DONE,
  'a byte order mark': DONE,
  'an id with NUL': DONE,
  'a lone surrogate': DONE,
  'an id of 19 digits': DONE,
};
