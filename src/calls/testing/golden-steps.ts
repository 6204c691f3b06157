/**
 * What becomes of a step that was never tried before: state, reason where it has one, tries used, then
 * `flagged` (possible duplicate), `executed`, `asked n`, and what the connection learns.
 */
export interface ExpectedStep {
  /** `FindContact`. */
  readonly find: string;
  /** `CreateContact` and `CreateActivity` by POST, where the CRM can be asked. */
  readonly create: string;
  /** The same by PUT. */
  readonly put: string;
  /** The same by POST, where the CRM cannot be asked. */
  readonly blind: string;
  /** Answer, update, assignment and stop, by POST. */
  readonly change: string;
  /** The same by a method that may be repeated. */
  readonly repeatable: string;
  /** `UploadFile` by POST. */
  readonly upload: string;
  /** The look-up by which a lost create is settled: it was tried once. */
  readonly ask: string;
}

function each(all: string, but: Partial<ExpectedStep> = {}): ExpectedStep {
  const of = { find: all, create: all, put: all, blind: all, change: all, repeatable: all };
  return { ...of, upload: all, ask: all, ...but };
}

/** Surely not executed: again, as long as patience lasts. */
const AGAIN = each('pending 1', { ask: 'unknown 1' });
/** A caller that cannot be looked up does not keep the call out of the CRM. */
const REFUSED = each('parked refused 1', {
  find: 'skipped not_identified 1',
  ask: 'parked unknown_outcome 1',
});
/** Nobody knows: the ladder, or once more with the flag. */
const LOST = each('pending 1', {
  create: 'unknown 1',
  blind: 'pending 1 flagged',
  change: 'pending 1 flagged',
  upload: 'pending 1 flagged',
  ask: 'unknown 1',
});
/** The whole connection waits, and nobody uses up a try. */
const WAITS = each('pending 0 throttled', { ask: 'unknown 1 throttled' });
const SIGNED_OUT = each('pending 0 unauthorized', { ask: 'unknown 1 unauthorized' });
const GONE = each('parked gone 1', {
  find: 'done 0',
  create: 'parked refused 1',
  put: 'parked refused 1',
  blind: 'parked refused 1',
  ask: 'unknown 1 asked 1',
});
const NOT_THERE_YET = {
  ...GONE,
  change: 'pending 1',
  repeatable: 'pending 1',
  upload: 'pending 1',
};
const REDIRECTED = each('parked redirected 1', {
  find: 'skipped not_identified 1',
  ask: 'parked unknown_outcome 1',
});
const DONE = each('done 0', { ask: 'done 1' });
/** Accepted: a change is done; a create is never repeated. */
const WITHOUT_ID = each('done 0', {
  create: 'unknown 0 executed',
  put: 'unknown 0 executed',
  blind: 'parked executed_without_id 1',
  ask: 'unknown 1 asked 1',
});
const LOGIN_PAGE = {
  ...WITHOUT_ID,
  find: 'pending 0 unauthorized',
  ask: 'unknown 1 unauthorized',
};
const TOO_LARGE = {
  ...WITHOUT_ID,
  find: 'skipped not_identified 1',
  ask: 'parked unknown_outcome 1',
};
const UNREADABLE = { ...WITHOUT_ID, find: 'pending 1', ask: 'unknown 1' };
/** The look-up found nobody; the write was refused. */
const NOT_ACCEPTED = { ...REFUSED, find: 'done 0', ask: 'unknown 1 asked 1' };

function rows(expected: ExpectedStep, ...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, expected]));
}

/** Written by hand from the failure catalogue and its ladder, for each golden fault. */
export const EXPECTED_STEPS: Readonly<Record<string, ExpectedStep>> = {
  ...rows(AGAIN, 'the name has no address', 'the name server is silent', 'connection refused'),
  ...rows(AGAIN, 'connection not accepted in time', 'network unreachable'),
  ...rows(AGAIN, 'TLS handshake reset', 'TLS handshake too slow', 'certificate not valid'),
  ...rows(AGAIN, 'egress blocks the address', 'egress blocks the origin'),
  ...rows(REFUSED, 'a header that cannot be sent'),
  ...rows(AGAIN, 'no socket free in time', 'our own shutdown before a byte'),
  ...rows(AGAIN, 'our own file handles used up', 'reset before any byte'),

  ...rows(LOST, 'reset while writing', 'timeout while writing', 'given up by us while writing'),
  ...rows(LOST, 'the file changed while it was sent', 'timeout after sending'),
  ...rows(LOST, 'reset after sending', 'an answer that is not HTTP'),
  ...rows(
    { ...LOST, find: 'skipped not_identified 1', ask: 'parked unknown_outcome 1' },
    'a head of more than 64 KiB',
  ),
  ...rows(LOST, 'a 201 broken off', 'a 200 with bad chunking'),
  ...rows(LOST, 'a 200 with a wrong Content-Length', 'a 200 that falls silent'),
  ...rows(REFUSED, 'a 422 broken off'),
  ...rows(LOST, 'a 502 broken off'),

  ...rows(WAITS, '429', '429 with seconds', '429 with a date', '429 with a year'),
  ...rows(WAITS, '429 with zero seconds', '429 with X-RateLimit-Reset'),
  ...rows(WAITS, '429 with the interval of HubSpot', '429 with the day of HubSpot used up'),
  ...rows(WAITS, '503 with Retry-After', '403 with Retry-After'),
  ...rows(WAITS, '403 that the document knows as a limit'),

  ...rows(REFUSED, '400', '402', '405', '406', '413', '415', '422', '451', '501'),
  ...rows(SIGNED_OUT, '401', '403 that the document knows as a bad token'),
  ...rows(
    each('parked forbidden 1 forbidden', {
      find: 'skipped not_identified 1 forbidden',
      ask: 'parked unknown_outcome 1',
    }),
    '403',
  ),
  ...rows(GONE, '404', '410', '404 of a record of 61 s'),
  ...rows(NOT_THERE_YET, '404 of a record of 59 s', '410 of a record of 59 s'),
  ...rows(AGAIN, '408', '423', '425', '511'),
  ...rows(
    {
      find: 'skipped not_identified 1',
      // Often our own earlier one, so the CRM is asked first, whatever the method.
      create: 'unknown 1',
      put: 'unknown 1',
      blind: 'pending 1 flagged',
      change: 'pending 1',
      repeatable: 'pending 1',
      upload: 'pending 1 flagged',
      ask: 'parked unknown_outcome 1',
    },
    '409',
  ),
  ...rows(DONE, '409 that names the record'),
  ...rows(LOST, '500', '502', '503', '504', '520', '521', '522', '523', '524', '525', '526'),
  ...rows(LOST, '527', '799'),
  ...rows(REDIRECTED, '300', '301', '302', '303', '305', '307', '308'),
  ...rows({ ...REDIRECTED, find: 'done 0', ask: 'unknown 1 asked 1' }, '304'),

  ...rows(DONE, '200', '201', '202', '207', '207 with a code for each record, one of them good'),
  ...rows(WITHOUT_ID, '204', '200 without a body', '200 without the id'),
  ...rows(WITHOUT_ID, '200 with success false, of which the document says nothing'),
  ...rows(LOGIN_PAGE, '200 with a web page', '200 with a web page called JSON'),
  ...rows(UNREADABLE, '200 with plain text', '200 with broken JSON'),
  ...rows(UNREADABLE, 'a compression nobody asked for', 'compression that is broken'),
  ...rows(TOO_LARGE, 'a compression bomb', 'JSON 65 levels deep', 'JSON of 200,001 nodes'),
  ...rows(REFUSED, '200 with success false, which the document looks at'),
  ...rows(REFUSED, '200 with errors of GraphQL, which the document looks at'),
  ...rows(NOT_ACCEPTED, '200 with words of refusal in place of the id'),
  ...rows(NOT_ACCEPTED, '207 with a code for each record, none of them good'),
  ...rows(DONE, 'a charset that is a lie', 'a byte order mark', 'an id with NUL'),
  ...rows(DONE, 'a lone surrogate', 'an id of 19 digits'),
};
