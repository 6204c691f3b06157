import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../document/json-value.ts';
import type { MethodRun } from './method-call.ts';
import type { PreparedMethod } from './run-method.ts';
import type { WholeRun } from './run-to-end.ts';
import { scriptedCrm } from './testing/scripted-crm.ts';
import type { Reply } from './testing/scripted-crm.ts';

const PARAMETERS = {
  activity_id: 'string',
  contact_id: 'string',
  contact_type: 'string',
  subject: 'string',
  activity_type: 'string',
  upload_ref: 'string',
  upload_url: 'string',
} as const;

const post = (path: string, more: JsonObject = {}): JsonObject => ({
  request_method: 'POST',
  request_path: path,
  ...more,
});

function crmOf(CreateActivity: JsonObject | readonly JsonObject[], replies = {}, more = {}) {
  return scriptedCrm({ parameters: PARAMETERS, API: { CreateActivity }, ...more }, replies);
}

function ready(prepared: PreparedMethod): Extract<PreparedMethod, { status: 'ready' }> {
  if (prepared.status !== 'ready') throw new Error(prepared.message);
  return prepared;
}

function ran(whole: WholeRun): MethodRun {
  if (whole.status !== 'ran') throw new Error(whole.message);
  return whole.run;
}

const pathsOf = (crm: { readonly sent: readonly { readonly path: string }[] }) =>
  crm.sent.map(({ path }) => path);

const STEPS = {
  steps: [
    post('/calls', {
      request_parameters: { title: '$subject$' },
      response_map: { id: '$activity_id$' },
    }),
    post('/calls/$activity_id$/links', { request_parameters: { contact: '$contact_id$' } }),
  ],
} as const;

describe('several objects of a method that writes', () => {
  const OBJECTS = [
    { when: "contact_type == 'lead'", ...post('/leads/$contact_id$/calls') },
    { when: 'contact_id', ...post('/contacts/$contact_id$/calls') },
  ] as const;

  test.each([
    [{ contact_id: '1', contact_type: 'lead' }, '/leads/1/calls'],
    [{ contact_id: '1', contact_type: 'contact' }, '/contacts/1/calls'],
    [{ contact_id: '1' }, '/contacts/1/calls'],
  ])('the first runs whose `when` holds: %j', async (values, path) => {
    const crm = crmOf(OBJECTS, { [`POST ${path}`]: { status: 201 } });

    await crm.run('CreateActivity', { values });

    expect(pathsOf(crm)).toEqual([path]);
  });

  test('none of which is for this are a skip, with each reason', () => {
    expect(crmOf(OBJECTS).prepare('CreateActivity')).toEqual({
      status: 'not_sent',
      reason: 'skipped',
      name: 'when',
      message:
        'None of the 2 requests of CreateActivity is for this: 1. "contact_type == \'lead\'" does not hold (without a value: contact_type). 2. contact_id has no value.',
    });
  });

  test('the one that was begun goes on, whatever its `when` says later', async () => {
    const steps = { when: 'contact_id', ...STEPS };
    const crm = crmOf([post('/x', { when: 'subject' }), steps], {
      'POST /calls/7/links': { status: 204 },
    });
    const progress = { object: 1, request: 1, bound: { activity_id: '7' } };

    await ready(crm.prepare('CreateActivity', { progress })).send(new AbortController().signal);

    expect(pathsOf(crm)).toEqual(['/calls/7/links']);
  });

  test('one that stands alone is left out by its `when`, in words', () => {
    const crm = crmOf(post('/out', { when: "activity_type == 'outbound'" }));

    expect(crm.prepare('CreateActivity', { values: { activity_type: 'inbound' } })).toEqual({
      status: 'not_sent',
      reason: 'skipped',
      name: 'when',
      message: 'CreateActivity: "activity_type == \'outbound\'" does not hold.',
    });
  });

  test('`contact_type` is a parameter of its requests, not of its condition', async () => {
    const own = { contact_type: 'lead', ...post('/$contact_type$/calls') };
    const crm = crmOf([{ ...own, when: "contact_type == 'deal'" }, own], {
      'POST /lead/calls': { status: 201 },
    });

    await crm.run('CreateActivity', { values: { contact_type: 'contact' } });

    expect(pathsOf(crm)).toEqual(['/lead/calls']);
  });
});

describe('idempotency_header', () => {
  const KEYED = {
    idempotency_header: 'Idempotency-Key',
    steps: [post('/a', { response_map: { id: '$activity_id$' } }), post('/b')],
  } as const;

  test('carries a key of this very request, the same at each try', async () => {
    const replies: Readonly<Record<string, Reply>> = {
      'POST /a': { body: { id: 1 } },
      'POST /b': { status: 200 },
    };
    const crm = crmOf(KEYED, replies);

    await crm.run('CreateActivity', { idempotencyKey: 'k' });
    await crm.run('CreateActivity', { idempotencyKey: 'k' });

    const keys = crm.sent.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(['k-0-0', 'k-0-1', 'k-0-0', 'k-0-1']);
  });

  test('makes a request one that may be repeated; without a key it is not', () => {
    const crm = crmOf(KEYED);
    const keyed = ready(crm.prepare('CreateActivity', { idempotencyKey: 'k' }));
    const bare = ready(crm.prepare('CreateActivity'));

    expect([keyed.idempotent, keyed.keyed, bare.idempotent, bare.keyed]).toEqual([
      true,
      true,
      false,
      undefined,
    ]);
    expect(keyed.request.headers['idempotency-key']).toBe('k-0-0');
    expect(bare.request.headers['idempotency-key']).toBeUndefined();
  });

  test('stands in for a header of that name', async () => {
    const crm = crmOf(
      post('/a', {
        idempotency_header: 'X-Key',
        request_headers: { 'x-key': 'mine' },
      }),
      { 'POST /a': { status: 200 } },
    );

    await crm.run('CreateActivity', { idempotencyKey: 'k' });

    expect(crm.sent[0]?.whole.headers).toContainEqual(['X-Key', 'k-0-0']);
    expect(crm.sent[0]?.headers['x-key']).toBe('k-0-0');
  });
});

describe('timeout_seconds', () => {
  test('replaces the total and the wait for the head of the answer', async () => {
    const crm = crmOf(post('/a', { timeout_seconds: 120 }), { 'POST /a': { status: 200 } });

    await crm.run('CreateActivity');

    expect(crm.sent[0]?.whole).toMatchObject({ deadlineMs: 120_000, headersMs: 120_000 });
  });

  test('never exceeds the time that the caller has', async () => {
    const crm = crmOf(post('/a', { timeout_seconds: 120 }), { 'POST /a': { status: 200 } });

    await crm.run('CreateActivity', { deadlineMs: 2_000 });

    expect(crm.sent[0]?.whole.deadlineMs).toBeLessThanOrEqual(2_000);
  });
});

describe('an answer of 207', () => {
  const told = async (method: JsonObject, body: unknown = {}) => {
    const crm = crmOf(post('/a', method), { 'POST /a': { status: 207, body } });
    const run = ran(await crm.run('CreateActivity'));
    return [run.outcome.action, ...run.notes.map(({ code }) => code)];
  };

  test('counts as done, with a note that parts may have failed', async () => {
    expect(await told({})).toEqual(['succeed', 'partial_success']);
  });

  test('names what the document lacks, and nothing that it has', async () => {
    const body = { r: [{ code: 'bad' }, { code: 'ok', id: 8 }] };
    const words = async (map: JsonObject) => {
      const crm = crmOf(post('/a', { response_map: map }), { 'POST /a': { status: 207, body } });
      const { notes } = ran(await crm.run('CreateActivity'));
      return notes.find(({ message }) => message.includes('207'))?.message;
    };

    expect(await words({ r: [{ id: '$activity_id$' }] })).toContain('or a value in "response_map"');
    expect(await words({ r: [{ code: 'ok', id: '$activity_id$' }] })).toContain(
      '"response_map" takes those that have its value. Let "success" say',
    );
  });

  test('is what the document says, where it says something', async () => {
    const success = { success: 'response.body.failed == 0' };

    expect(await told(success, { failed: 0 })).toEqual(['succeed']);
    expect(await told(success, { failed: 1 })).toEqual(['park']);
    expect(await told({ errors: [{ status: 207, then: 'retry' }] })).toEqual(['retry']);
    expect(await told({ response_map: { ok: true } }, { ok: true })).toEqual(['succeed']);
  });
});

test('a list of which only some elements are as expected is told as a partial success', async () => {
  const crm = crmOf(
    post('/a', { response_map: { data: [{ code: 'SUCCESS', id: '$activity_id$' }] } }),
    { 'POST /a': { body: { data: [{ code: 'ERROR' }, { code: 'SUCCESS', id: 4 }] } } },
  );

  const run = ran(await crm.run('CreateActivity'));

  expect(run.records).toEqual([{ activity_id: '4' }]);
  expect(run.notes).toMatchObject([{ code: 'partial_success' }]);
});
