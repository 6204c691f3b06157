import { MAX_PAGE_ROWS, ORGANIZATION_HEADER } from './parts.ts';

/** What holds for every route: paragraphs in Markdown, those with a bold term explain it. */
export const INTRODUCTION = [
  'Call events in, CRM records out. Every route below `/v1` takes and gives JSON. The same contract as OpenAPI 3.1: `GET /v1/openapi.json`, as a page with examples: `GET /v1/reference`.',
  '**Key**: `Authorization: Bearer <key>`. Scopes: `admin` (the operator), `organization` (one organization), `events` (one phone system).',
  `**Organization**: It comes from the key, never from the path. An admin key names it in the header \`${ORGANIZATION_HEADER}\` (id, domain, or \`external:\` and the external id); with a single organization the header may be left out. An id of another organization is answered exactly as one that does not exist.`,
  `**Lists**: They have \`items\` and \`next_cursor\`; send that as \`cursor\` for the next page. \`limit\` is at most ${MAX_PAGE_ROWS}.`,
  '**Changes**: A change of a connection needs `If-Match` with the ETag of the state that was read; the number in it is the revision, and only that counts. A read with `If-None-Match` is answered with 304 while nothing has changed.',
  '**Provisioning**: `PUT …/external/{external_id}` makes an object or brings it to exactly the body, by an id of yours; the same body again changes nothing. Upper and lower case differ. Lists take the filter `external_id`.',
  '**Repeating**: Every POST that does something takes `Idempotency-Key`: the same request with the same key gives the first answer again for 24 hours, with `Idempotency-Replayed: true`. Another request with the key is refused with 422; while the first one runs, the repeat is refused with 409. What was refused or failed without an effect is not kept: a repeat runs anew. Were the server to stop between the effect and its answer, the repeat is told so (409, `idempotency_answer_lost`) and nothing is done twice. Call events need no key: each has an id of its own.',
  '**Numbers**: Ids are text. A whole number that a double cannot hold is read as the text of its digits.',
  '**Examples**: `$PATCHCORD` is the address of the server. `$ADMIN_KEY` comes from `patchcord key create` (or the first `npm start`), `$ORGANIZATION_KEY` and `$EVENTS_KEY` from `POST /v1/keys`. Another variable, and `…` in a body, stands for what differs each time. Each exchange was recorded from a server.',
  '**Refusals**: They are `application/problem+json` (RFC 9457) with a `code`, a sentence and what to do; `request_id` finds them in the log.',
].join('\n\n');
