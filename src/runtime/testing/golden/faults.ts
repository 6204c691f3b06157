import { answered, failed } from './fault.ts';
import type { GoldenFault } from './fault.ts';

const HTML = '<!doctype html><title>Sign in</title><form></form>';
const SORRY = { message: 'no' };
const PAGE = { 'content-type': 'text/html' };

function statuses(...list: readonly number[]): readonly GoldenFault[] {
  return list.map((status) => ({ name: String(status), result: answered(status, SORRY) }));
}

/** Before the first byte of the request was written. */
const UNSENT: readonly GoldenFault[] = [
  { name: 'the name has no address', result: failed('dns', 'not_found') },
  { name: 'the name server is silent', result: failed('dns', 'temporary') },
  { name: 'connection refused', result: failed('connect', 'refused') },
  { name: 'connection not accepted in time', result: failed('connect', 'timeout') },
  { name: 'network unreachable', result: failed('connect', 'unreachable') },
  { name: 'TLS handshake reset', result: failed('tls', 'reset') },
  { name: 'TLS handshake too slow', result: failed('tls', 'timeout') },
  { name: 'certificate not valid', result: failed('tls', 'certificate') },
  { name: 'egress blocks the address', result: failed('blocked', 'blocked_address') },
  { name: 'egress blocks the origin', result: failed('blocked', 'blocked_origin') },
  { name: 'a header that cannot be sent', result: failed('blocked', 'blocked_header') },
  { name: 'no socket free in time', result: failed('pool', 'timeout') },
  { name: 'our own shutdown before a byte', result: failed('pool', 'closed') },
  { name: 'our own file handles used up', result: failed('connect', 'no_sockets') },
  { name: 'reset before any byte', result: failed('before_write', 'reset') },
];

/** After the first byte, without a whole answer. */
const LOST: readonly GoldenFault[] = [
  { name: 'reset while writing', result: failed('writing', 'reset') },
  { name: 'timeout while writing', result: failed('writing', 'timeout') },
  { name: 'given up by us while writing', result: failed('writing', 'aborted') },
  { name: 'the file changed while it was sent', result: failed('writing', 'file_changed') },
  { name: 'timeout after sending', result: failed('waiting', 'timeout') },
  { name: 'reset after sending', result: failed('waiting', 'reset') },
  { name: 'an answer that is not HTTP', result: failed('waiting', 'not_http') },
  { name: 'a head of more than 64 KiB', result: failed('waiting', 'headers_too_large') },
  { name: 'a 201 broken off', result: failed('reading', 'truncated', 201) },
  { name: 'a 200 with bad chunking', result: failed('reading', 'not_http', 200) },
  { name: 'a 200 with a wrong Content-Length', result: failed('reading', 'truncated', 200) },
  { name: 'a 200 that falls silent', result: failed('reading', 'timeout', 200) },
  { name: 'a 422 broken off', result: failed('reading', 'truncated', 422) },
  { name: 'a 502 broken off', result: failed('reading', 'reset', 502) },
];

/** The CRM asks to wait. */
const WAITS: readonly GoldenFault[] = [
  { name: '429', result: answered(429, SORRY) },
  { name: '429 with seconds', result: answered(429, SORRY, { 'retry-after': '7' }) },
  {
    name: '429 with a date',
    result: answered(429, SORRY, { 'retry-after': 'Sun, 06 Nov 1994 08:50:07 GMT' }),
  },
  { name: '429 with a year', result: answered(429, SORRY, { 'retry-after': '31536000' }) },
  { name: '429 with zero seconds', result: answered(429, SORRY, { 'retry-after': '0' }) },
  {
    name: '429 with X-RateLimit-Reset',
    result: answered(429, SORRY, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '40' }),
  },
  {
    name: '429 with the interval of HubSpot',
    result: answered(429, SORRY, { 'x-hubspot-ratelimit-interval-milliseconds': '10000' }),
  },
  {
    name: '429 with the day of HubSpot used up',
    result: answered(429, SORRY, { 'x-hubspot-ratelimit-daily-remaining': '0' }),
  },
  { name: '503 with Retry-After', result: answered(503, HTML, { ...PAGE, 'retry-after': '7' }) },
  { name: '403 with Retry-After', result: answered(403, SORRY, { 'retry-after': '7' }) },
  {
    name: '403 that the document knows as a limit',
    result: answered(403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }]),
    says: {
      errors: [
        {
          status: 403,
          when: "response.body[0].errorCode == 'REQUEST_LIMIT_EXCEEDED'",
          then: 'wait',
        },
      ],
    },
  },
];

/** Refusals, and failures of the CRM or of a gateway before it. */
const REFUSALS: readonly GoldenFault[] = [
  ...statuses(400, 402, 405, 406, 413, 415, 422, 451),
  ...statuses(401),
  {
    name: '403 that the document knows as a bad token',
    result: answered(403, SORRY),
    says: { errors: [{ status: 403, then: 'refresh' }] },
  },
  ...statuses(403, 404, 410),
  { name: '404 of a record of 59 s', result: answered(404, SORRY), recordAgeMs: 59_000 },
  { name: '404 of a record of 61 s', result: answered(404, SORRY), recordAgeMs: 61_000 },
  { name: '410 of a record of 59 s', result: answered(410, SORRY), recordAgeMs: 59_000 },
  ...statuses(408, 409, 423, 425),
  {
    name: '409 that names the record',
    result: answered(409, { existing: { id: '77' } }),
    says: {
      errors: [{ status: 409, then: 'accept', response_map: { existing: { id: '$ID$' } } }],
    },
  },
  ...statuses(500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 527),
  ...statuses(501, 511, 799),
  ...statuses(300, 301, 302, 303, 304, 305, 307, 308),
];

/** Answers with status 2xx. */
const ACCEPTED: readonly GoldenFault[] = [
  ...[200, 201, 202, 207].map((status) => ({ name: String(status), result: answered(status) })),
  { name: '204', result: answered(204, '') },
  { name: '200 with a web page', result: answered(200, HTML, PAGE) },
  { name: '200 with a web page called JSON', result: answered(200, HTML) },
  { name: '200 without a body', result: answered(200, '') },
  { name: '200 without the id', result: answered(200, { ok: true }) },
  {
    name: '200 with plain text',
    result: answered(200, 'thank you', { 'content-type': 'text/plain' }),
  },
  { name: '200 with broken JSON', result: answered(200, '{"id":"77"') },
  {
    name: '200 with success false, which the document looks at',
    result: answered(200, { success: false, id: '77', message: 'no' }),
    says: { success: 'response.body.success == true' },
  },
  {
    name: '200 with success false, of which the document says nothing',
    result: answered(200, { success: false }),
  },
  {
    name: '200 with errors of GraphQL, which the document looks at',
    result: answered(200, { data: null, errors: [{ message: 'no' }] }),
    says: { success: '!present(response.body.errors)' },
  },
  {
    name: '200 with words of refusal in place of the id',
    result: answered(200, { error: { text: 'no' } }),
    says: { error_map: { error: { text: '$error_message$' } } },
  },
  {
    name: '207 with a code for each record, none of them good',
    result: answered(207, { data: [{ code: 'INVALID', id: '1' }] }),
    says: { response_map: { data: [{ code: 'SUCCESS', id: '$ID$' }] } },
  },
  {
    name: '207 with a code for each record, one of them good',
    result: answered(207, {
      data: [
        { code: 'INVALID', id: '1' },
        { code: 'SUCCESS', id: '77' },
      ],
    }),
    says: { response_map: { data: [{ code: 'SUCCESS', id: '$ID$' }] } },
  },
  { name: 'a compression bomb', result: failed('reading', 'body_too_large', 200) },
  {
    name: 'a compression nobody asked for',
    result: failed('reading', 'encoding_unsupported', 200),
  },
  { name: 'compression that is broken', result: failed('reading', 'encoding_invalid', 200) },
  { name: 'JSON 65 levels deep', result: answered(200, '['.repeat(65) + ']'.repeat(65)) },
  { name: 'JSON of 200,001 nodes', result: answered(200, `[${'0,'.repeat(200_000)}0]`) },
  {
    name: 'a charset that is a lie',
    result: answered(200, Buffer.from('{"id":"77","name":"M\xfcller"}', 'latin1')),
  },
  { name: 'a byte order mark', result: answered(200, '\ufeff{"id":"77"}') },
  { name: 'an id with NUL', result: answered(200, String.raw`{"id":"7\u00007"}`) },
  { name: 'a lone surrogate', result: answered(200, String.raw`{"id":"77","name":"\ud800"}`) },
  { name: 'an id of 19 digits', result: answered(200, '{"id":9007199254740993123}') },
];

/** Every fault of the catalogue; `$ID$` in what a document says is the method's own id. */
export const GOLDEN_FAULTS: readonly GoldenFault[] = [
  ...UNSENT,
  ...LOST,
  ...WAITS,
  ...REFUSALS,
  ...ACCEPTED,
];
