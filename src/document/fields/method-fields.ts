import {
  BOOLEAN,
  choice,
  field,
  list,
  map,
  object,
  oneOf,
  text,
  tree,
  whole,
  words,
} from './field.ts';
import type { Field } from './field.ts';
import { ESCAPE_SHAPES } from './document-fields.ts';

const VERBS = oneOf([
  choice('GET', 'Reads; `request_parameters` go into the query.'),
  choice('POST', 'Creates or searches; `request_parameters` are the body.'),
  choice('PUT', 'Replaces; `request_parameters` are the body.'),
  choice('PATCH', 'Changes; `request_parameters` are the body.'),
  choice('DELETE', 'Deletes; the body only if there are `request_parameters`.'),
]);

/** What one request is, in a method or in a step of it. */
const REQUEST_FIELDS: readonly Field[] = [
  field('request_method', 'M', VERBS, 'The HTTP method.', 'POST', { required: true }),
  field(
    'request_path',
    'M',
    text('path'),
    'The path after `resource_url`; it may have a query.',
    '/contacts/$contact_id$',
  ),
  field(
    'request_url',
    'M',
    text('url'),
    'A whole address in place of `resource_url` and `request_path`.',
    'https://files.example.com/upload',
  ),
  field(
    'request_content_type',
    'M',
    text('request'),
    'The media type of the body; it may have placeholders. A body that is a text goes out as `text/plain` without it, a file as its own type.',
    'multipart/form-data',
    { default: 'application/json' },
  ),
  field(
    'request_parameters',
    'M',
    tree('request', 'object', 'list', 'text'),
    'What is sent: in the query for GET, else as the body. Keys may have placeholders too. A text is the body itself; exactly `$file$` is the recording, byte by byte.',
    { title: '$subject$', contact: '$contact_id$' },
  ),
  field(
    'response_map',
    'M',
    tree('response', 'object', 'list', 'text'),
    'Where in the answer the values stand; an array of one element means "for each".',
    { id: '$activity_id$' },
  ),
  field(
    'request_headers',
    'X',
    map('header', text('request')),
    "Headers of this request; they beat the document's. A name may have placeholders.",
    { 'Idempotency-Key': '$call_key$' },
    { advanced: true },
  ),
  field(
    'query',
    'X',
    tree('request', 'object'),
    'Members of the query, for any HTTP method; in a GET `request_parameters` beat those of the same name.',
    { notify: 'false' },
    { advanced: true },
  ),
  field(
    'when',
    'X',
    text('condition'),
    'The request runs only if this name has a value or this expression is true.',
    'contact_id',
    { advanced: true },
  ),
  field(
    'success',
    'X',
    text('expression'),
    'True for an answer of 2xx that counts as success, over `response.status`, `response.headers`, `response.body`; any other is a refusal.',
    "response.body.state == 'ok'",
    { advanced: true },
  ),
  field(
    'escape',
    'X',
    ESCAPE_SHAPES,
    "How values inside texts of the query or body are escaped; it beats the document's.",
    ['like', 'soql'],
    { advanced: true },
  ),
  field(
    'errors',
    'X',
    list(object('error_row')),
    "What certain answers mean; asked before the document's rows.",
    [{ status: 409, then: 'accept', response_map: { existing: { id: '$contact_id$' } } }],
    { advanced: true },
  ),
  field(
    'error_map',
    'X',
    tree('error', 'object', 'list', 'text'),
    "Where a refusal's words stand in the answer; it beats the document's.",
    { message: '$error_message$' },
    { advanced: true },
  ),
  field(
    'response_headers',
    'X',
    map('header', text('response')),
    'Values that stand in headers of the answer.',
    { Location: '/contacts/$contact_id$' },
    { advanced: true },
  ),
  field(
    'derive',
    'X',
    map('name', text('expression')),
    'Values computed from the record just read and `response`; where the method has `paging`, also `cursor`, `offset`, `next_url` and `has_more`, of which those of the last record count.',
    { contact_name: 'trim(firstname + " " + lastname)' },
    { advanced: true },
  ),
  field(
    'auth',
    'X',
    oneOf([choice('none', "Neither credentials nor the document's headers are sent.")]),
    'For requests to an address that an answer gave, which must not see the credentials; its host must be one of `hosts`.',
    'none',
    { advanced: true },
  ),
  field('timeout_seconds', 'X', whole(1, 900), 'How long to wait for the answer.', 30, {
    advanced: true,
  }),
  field(
    'idempotent',
    'X',
    BOOLEAN,
    'True where the same request twice leaves the CRM as once would, for example because it writes the whole record; then it is simply repeated when its answer is lost. Only needed for POST.',
    true,
    { advanced: true, default: false },
  ),
  field(
    'idempotency_header',
    'X',
    words(),
    'Name of the header under which the CRM recognises a repeated request.',
    'Idempotency-Key',
    { advanced: true },
  ),
];

/** The keys of a method object. */
export const METHOD_FIELDS: readonly Field[] = [
  ...REQUEST_FIELDS.map((each) =>
    each.name === 'request_method' ? withRequiredUnless(each) : each,
  ),
  field(
    'paging',
    'X',
    object('paging'),
    'How to ask for the next page of a long answer.',
    { type: 'page', size: 100 },
    { advanced: true },
  ),
  field(
    'contact_type',
    'X',
    words(),
    'The kind of record that this method lists or finds; later a parameter of that name.',
    'lead',
    { advanced: true },
  ),
  field(
    'contact_url',
    'X',
    text('link'),
    'Page of the contacts that this method lists or finds.',
    'https://app.example.com/leads/$contact_id$',
    { advanced: true },
  ),
  field(
    'cleared',
    'X',
    oneOf([
      choice('null', 'As `null`.'),
      choice('text', 'As an empty text.'),
      choice('false', 'As `false`.'),
      choice('omit', 'Not at all.'),
    ]),
    'How `UpdateContact` writes a value that the user emptied, and `UpdateActivity` the owner of a call that has none any more.',
    'null',
    { advanced: true, default: 'null' },
  ),
  field(
    'steps',
    'X',
    list(object('step')),
    'Requests in order; each may bind values for the next.',
    [{ request_method: 'POST', request_path: '/uploads', response_map: { id: '$upload_ref$' } }],
    { advanced: true },
  ),
];

/** A method with `steps` has its requests there. */
function withRequiredUnless(each: Field): Field {
  const { required: _, ...rest } = each;
  return { ...rest, requiredUnless: 'steps' };
}

/** The keys of one of the `steps` of a method. */
export const STEP_FIELDS: readonly Field[] = REQUEST_FIELDS;

export const PAGING_FIELDS: readonly Field[] = [
  field(
    'type',
    'X',
    oneOf([
      choice('page', '`$page$` counts pages.'),
      choice('offset', '`$offset$` counts records, unless the answer binds it.'),
      choice(
        'cursor',
        'The answer binds `$cursor$`, which the next request sends; in a list the last one counts.',
      ),
      choice('next_url', 'The answer binds `$next_url$`, the address of the next page.'),
      choice('link_header', 'A Link header (RFC 8288) names the next page.'),
    ]),
    'How the CRM pages.',
    'page',
    { required: true },
  ),
  field('size', 'X', whole(1, 100_000), 'Records per page, the value of `$page_size$`.', 100),
  field('start', 'X', whole(0, 1_000_000), 'The first page or offset.', 1),
  field('max_pages', 'X', whole(1, 100_000), 'No more pages than this are asked for.', 500),
];

export const ERROR_ROW_FIELDS: readonly Field[] = [
  field(
    'status',
    'X',
    [
      whole(100, 599),
      words({ pattern: '[1-5]xx', patternWords: 'a status such as 409 or "4xx"' }),
      list(
        whole(100, 599),
        words({ pattern: '[1-5]xx', patternWords: 'a status such as 409 or "4xx"' }),
      ),
    ],
    'The HTTP status that the row is for.',
    409,
  ),
  field(
    'when',
    'X',
    text('expression'),
    'An expression over `response` that must be true; without it the status alone decides.',
    "response.body.code == 'DUPLICATE'",
  ),
  field(
    'then',
    'X',
    oneOf([
      choice('retry', 'Nothing was done: try again later.'),
      choice('wait', 'Nothing was done: all requests of the connection wait.'),
      choice('refresh', 'Get a new token, then try again.'),
      choice('skip', 'Leave this step out, with these words in the ledger.'),
      choice('fail', 'The CRM refused: park this step.'),
      choice('accept', 'It counts as success.'),
    ]),
    'What the answer means.',
    'retry',
    { required: true },
  ),
  field(
    'seconds',
    'X',
    whole(1, 86_400),
    'How long to wait where the answer itself does not say.',
    30,
  ),
  field(
    'response_map',
    'X',
    tree('response', 'object', 'list', 'text'),
    "How to read the answer that is accepted; else the method's own map is used.",
    { existing: { id: '$contact_id$' } },
  ),
];
