import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../document/json-value.ts';
import type { MethodRun } from './method-call.ts';
import type { PreparedMethod } from './run-method.ts';
import type { WholeRun } from './run-to-end.ts';
import { scriptedCrm } from './testing/scripted-crm.ts';

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

describe('steps of a method that writes', () => {
  test('run in order, and the later see what the earlier bound', async () => {
    const crm = crmOf(STEPS, {
      'POST /calls': { status: 201, body: { id: 7 } },
      'POST /calls/7/links': { status: 204 },
    });

    const run = ran(await crm.run('CreateActivity', { values: { contact_id: 'c' } }));

    expect(pathsOf(crm)).toEqual(['/calls', '/calls/7/links']);
    expect(run.outcome).toMatchObject({ kind: 'success', action: 'succeed' });
    expect(run.records).toEqual([{ activity_id: '7' }]);
    expect(run.exchanges).toHaveLength(2);
    expect(run.asked.map(({ request, bound }) => [request, bound])).toEqual([
      [0, [{ activity_id: '7' }]],
      [1, []],
    ]);
  });

  test('are one request for each send, and say which one follows', async () => {
    const crm = crmOf(STEPS, { 'POST /calls': { body: { id: 7 } } });

    const first = ready(crm.prepare('CreateActivity'));
    const { next, records, outcome } = await first.send(new AbortController().signal);

    expect(first.part).toEqual({ number: 1, of: 2 });
    expect(first).toMatchObject({ place: { object: 0, request: 0 }, makesRecord: true });
    expect(outcome.action).toBe('succeed');
    expect(records).toEqual([{ activity_id: '7' }]);
    expect(next).toEqual({ object: 0, request: 1, bound: { activity_id: '7' } });
    expect(pathsOf(crm)).toEqual(['/calls']);
  });

  test('go on from what was kept, and nothing of the first is sent again', async () => {
    const crm = crmOf(STEPS, { 'POST /calls/7/links': { status: 204 } });
    const kept: unknown = JSON.parse('{"object":0,"request":1,"bound":{"activity_id":"7"}}');

    const prepared = ready(crm.prepare('CreateActivity', { progress: kept as never }));
    const run = await prepared.send(new AbortController().signal);

    expect(prepared.part).toEqual({ number: 2, of: 2 });
    expect(prepared.makesRecord).toBeUndefined();
    expect(pathsOf(crm)).toEqual(['/calls/7/links']);
    expect(run.records).toEqual([{ activity_id: '7' }]);
    expect(run.next).toBeUndefined();
  });

  test('what a step binds is nearer than the values of the call', async () => {
    const crm = crmOf(STEPS, {
      'POST /calls': { body: { id: 'new' } },
      'POST /calls/new/links': { status: 204 },
    });

    await crm.run('CreateActivity', { values: { activity_id: 'old' } });

    expect(pathsOf(crm)).toEqual(['/calls', '/calls/new/links']);
  });

  test('a step is passed over whose `when` does not hold or whose path lacks a value', async () => {
    const crm = crmOf(
      {
        steps: [
          post('/calls', { response_map: { id: '$activity_id$' } }),
          post('/tags', { when: "activity_type == 'inbound'" }),
          post('/contacts/$contact_id$/calls'),
          post('/done'),
        ],
      },
      { 'POST /calls': { body: { id: 1 } }, 'POST /done': { status: 200 } },
    );

    const run = ran(await crm.run('CreateActivity'));

    expect(pathsOf(crm)).toEqual(['/calls', '/done']);
    expect(run.notes).toEqual([
      {
        code: 'step_skipped',
        message:
          'Request 2 of 4 was left out: "activity_type == \'inbound\'" does not hold (without a value: activity_type).',
      },
      { code: 'step_skipped', message: 'Request 3 of 4 was left out: contact_id has no value.' },
    ]);
  });

  test('none of which has anything to do are a skip, with each reason', () => {
    const crm = crmOf({ steps: [post('/a', { when: 'contact_id' }), post('/b/$contact_id$')] });

    expect(crm.prepare('CreateActivity')).toEqual({
      status: 'not_sent',
      reason: 'skipped',
      name: 'steps',
      message:
        'Request 1 of 2 was left out: contact_id has no value. Request 2 of 2 was left out: contact_id has no value.',
    });
  });

  test('of which none is left are done with what they bound', () => {
    const crm = crmOf(STEPS);
    const progress = { object: 0, request: 2, bound: { activity_id: '7' } };

    expect(crm.prepare('CreateActivity', { progress })).toMatchObject({
      status: 'not_sent',
      reason: 'nothing_left',
    });
    expect(crm.prepare('CreateActivity', { progress: { ...progress, object: 3 } })).toMatchObject({
      reason: 'nothing_left',
    });
  });

  test('end with the one that the CRM refuses', async () => {
    const crm = crmOf(STEPS, {
      'POST /calls': { body: { id: 7 } },
      'POST /calls/7/links': { status: 422, body: { message: 'No such contact' } },
    });

    const run = ran(await crm.run('CreateActivity'));

    expect(run.outcome).toMatchObject({ kind: 'refused', action: 'park' });
    expect(run.records).toEqual([{ activity_id: '7' }]);
  });

  test('with a value that may not be sent stop there, and say so', async () => {
    const crm = crmOf(STEPS, { 'POST /calls': { body: { id: '..' } } });

    const run = ran(await crm.run('CreateActivity'));

    expect(pathsOf(crm)).toEqual(['/calls']);
    expect(run.outcome).toMatchObject({
      kind: 'refused',
      action: 'park',
      message: expect.stringContaining('The value of activity_id cannot be sent: '),
    });
    expect(run.notes).toMatchObject([{ code: 'unsafe_value' }]);
  });

  test('a property that is not filled in stops them all', () => {
    const document = { properties: ['Portal'] };
    const crm = crmOf({ steps: [post('/$Portal$/calls')] }, {}, document);

    expect(crm.prepare('CreateActivity')).toMatchObject({
      reason: 'missing_value',
      name: 'Portal',
    });
  });

  test('take over headers, escape, errors and success of their method', async () => {
    const replies = { 'POST /calls': { status: 409, body: {} }, 'POST /b': { body: {} } };
    const crm = crmOf(
      {
        request_headers: { 'X-Tenant': 'a', 'X-Kind': 'method' },
        errors: [{ status: 409, then: 'accept' }],
        success: 'response.status < 500',
        timeout_seconds: 60,
        steps: [post('/calls', { request_headers: { 'x-kind': 'step' } }), post('/b')],
      },
      replies,
    );

    const run = ran(await crm.run('CreateActivity'));

    expect(run.outcome.action).toBe('succeed');
    expect(crm.sent.map(({ headers }) => [headers['x-tenant'], headers['x-kind']])).toEqual([
      ['a', 'step'],
      ['a', 'method'],
    ]);
    expect(crm.sent[0]?.whole).toMatchObject({ deadlineMs: 60_000, headersMs: 60_000 });
  });

  test('have error rows, success and error_map of their own', async () => {
    const crm = crmOf(
      {
        steps: [
          post('/calls', {
            response_map: { id: '$activity_id$' },
            errors: [
              { status: 409, then: 'accept', response_map: { existing: { id: '$activity_id$' } } },
            ],
          }),
          post('/check', {
            success: "response.body.state == 'ok'",
            error_map: { why: '$error_message$' },
          }),
        ],
      },
      {
        'POST /calls': { status: 409, body: { existing: { id: 9 } } },
        'POST /check': { body: { state: 'no', why: 'Closed' } },
      },
    );

    const run = ran(await crm.run('CreateActivity'));

    expect(run.records).toEqual([{ activity_id: '9' }]);
    expect(run.outcome).toMatchObject({ kind: 'refused' });
    expect(run.outcome.message).toContain('It says: "Closed"');
  });

  test('may send to an address that an answer gave, without credentials', async () => {
    const crm = crmOf(
      {
        steps: [
          post('/uploads', { response_headers: { Location: '$upload_url$' } }),
          { request_method: 'PUT', request_url: '$upload_url$', auth: 'none' },
        ],
      },
      {
        'POST /uploads': { status: 201, headers: { location: 'https://files.example/u/1?s=x' } },
        'PUT https://files.example/u/1?s=x': { status: 200 },
      },
      {
        properties: [{ label: 'Key', type: 'secret' }],
        auth: { type: 'Bearer', token: '$Key$' },
        hosts: ['crm.example', 'files.example'],
      },
    );

    await crm.run('CreateActivity');

    expect(crm.sent.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer k1-secret',
      undefined,
    ]);
    expect(crm.sent[1]?.whole.origins).toEqual(['https://files.example']);
  });

  test('never send to an address outside of `hosts`', async () => {
    const crm = crmOf(
      {
        steps: [
          post('/uploads', { response_headers: { Location: '$upload_url$' } }),
          { request_method: 'PUT', request_url: '$upload_url$', auth: 'none' },
        ],
      },
      { 'POST /uploads': { headers: { location: 'https://evil.example/u' } } },
      { hosts: ['crm.example', 'files.example'] },
    );

    const run = ran(await crm.run('CreateActivity'));

    expect(pathsOf(crm)).toEqual(['/uploads']);
    expect(run.outcome).toMatchObject({
      action: 'park',
      message:
        'Nothing was sent: an answer gave an address at evil.example, which "hosts" of the document does not name',
    });
  });
});
