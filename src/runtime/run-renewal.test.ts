import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Credential, CredentialAnswer } from './credential.ts';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm } from './testing/fake-crm.ts';
import { fakeCrmDocument, fakeCrmProperties } from './testing/fake-crm-document.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';

const NUMBER = '+442071838750';
const OLD_TOKEN = 'expired-token-0001';
const CONTACTS = {
  request_method: 'GET',
  request_path: '/contacts',
  request_parameters: { page: '$page$' },
  response_map: { contacts: [{ id: '$contact_id$', phone: '$phone$' }] },
  paging: { type: 'page' },
} as const;

let crm: FakeCrm;
let opened: TestRunner | undefined;
/** The credentials that a renewal was asked for, in order. */
let refused: Credential[];

beforeEach(async () => {
  crm = await startFakeCrm();
  refused = [];
});

afterEach(async () => {
  await opened?.close();
  await crm.close();
});

function credential(members: Partial<Credential> = {}): Credential {
  return { accessToken: OLD_TOKEN, locals: {}, properties: {}, generation: 1, ...members };
}

/** Answers in order; the last one again and again. */
function renewals(...answers: readonly (CredentialAnswer | 'reject' | 'hang')[]) {
  return async (used: Credential, signal: AbortSignal): Promise<CredentialAnswer> => {
    const answer = answers[Math.min(refused.length, answers.length - 1)];
    refused.push(used);
    if (answer === 'hang') {
      return await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('given up')));
      });
    }
    if (answer === undefined || answer === 'reject') throw new Error('the database is away');
    return answer;
  };
}

function ready(members: Partial<Credential> = {}): CredentialAnswer {
  return {
    status: 'ready',
    credential: credential({ accessToken: crm.token, generation: 2, ...members }),
  };
}

function runner(
  document: Readonly<Record<string, unknown>> = {},
  oauth2Extras: Readonly<Record<string, unknown>> = {},
): TestRunner {
  const oauth2 = {
    client_id: 'c',
    authorization_endpoint: 'https://a.example',
    request_auth: 'Bearer',
  };
  const source: Record<string, unknown> = {
    ...JSON.parse(fakeCrmDocument({ methods: { Contacts: CONTACTS } })),
    OAuth2: { ...oauth2, token_endpoint: 'https://a.example/token', ...oauth2Extras },
    ...document,
  };
  delete source['auth'];
  const properties = fakeCrmProperties(crm);
  opened = testRunner(crm, { document: JSON.stringify(source), properties });
  return opened;
}

const FILLING = { token_response_map: { instance_url: '$Instance$' } } as const;
const CALL = { call_key: 'key-1', activity_type: 'inbound', subject: 'Call', party_number: NUMBER };
const tokens = () => crm.requests.map(({ headers }) => headers['authorization']);

describe('a refused credential', () => {
  test('is renewed once, and the same request leaves again', async () => {
    const { outcome, exchanges, records } = await runner().run('CreateActivity', {
      values: CALL,
      credential: credential(),
      renew: renewals(ready()),
    });

    expect(outcome).toMatchObject({ kind: 'success', action: 'succeed' });
    expect(records).toHaveLength(1);
    expect(tokens()).toEqual([`Bearer ${OLD_TOKEN}`, `Bearer ${crm.token}`]);
    expect(crm.requests[1]?.body.toString()).toBe(crm.requests[0]?.body.toString());
    expect(exchanges.map(({ response }) => response?.status)).toEqual([401, 201]);
    expect(refused.map(({ generation }) => generation)).toEqual([1]);
    expect(crm.calls).toHaveLength(1);
  });

  test('that is refused again when it is new needs a person', async () => {
    const { outcome, exchanges } = await runner().run('CreateActivity', {
      values: CALL,
      credential: credential(),
      renew: renewals(ready({ accessToken: 'refused-as-well' })),
    });

    expect(outcome).toMatchObject({
      kind: 'unauthorized',
      effect: 'not_executed',
      action: 'refresh',
    });
    expect(exchanges).toHaveLength(2);
    expect(refused).toHaveLength(1);
  });

  test('may be told by a page to sign in with status 200', async () => {
    crm.behave('/users', 'html', { times: 1 });

    const { outcome, records } = await runner().run('Users', {
      credential: credential(),
      renew: renewals(ready()),
    });

    expect(outcome).toMatchObject({ kind: 'success', action: 'succeed' });
    expect(records).toHaveLength(2);
    expect(tokens()).toEqual([`Bearer ${OLD_TOKEN}`, `Bearer ${crm.token}`]);
  });

  test('whose new sign-in lacks a value of the request says which', async () => {
    const users = {
      request_method: 'GET',
      request_path: '/users/$Area$',
      response_map: [{ id: '$user_id$' }],
    };
    const source = JSON.parse(fakeCrmDocument({ methods: { Users: users } }));
    const document = {
      API: source.API,
      properties: [...source.properties, { label: 'Area', filled_by: 'sign_in' }],
    };
    const map = { token_response_map: { area: '$Area$' } };

    const { outcome, exchanges } = await runner(document, map).run('Users', {
      credential: credential({ properties: { Area: 'eu' } }),
      renew: renewals(ready({ properties: {} })),
    });

    expect(outcome).toMatchObject({ kind: 'unauthorized', action: 'refresh' });
    expect(outcome.message).toContain('The new sign-in lacks a usable value for Area.');
    expect(exchanges).toHaveLength(1);
  });

  test('in the middle of the pages goes on with the same page', async () => {
    let expired = true;
    crm.behave('/contacts', (request, response) => {
      const page = Number(new URL(request.url, crm.origin).searchParams.get('page'));
      const late = page === 2 && expired;
      if (late) expired = false;
      response.writeHead(late ? 401 : 200, { 'content-type': 'application/json' });
      const contacts = page > 3 ? [] : [{ id: page, phone: NUMBER }];
      response.end(late ? '{}' : JSON.stringify({ contacts }));
    });

    const run = await runner().run('Contacts', {
      credential: credential(),
      renew: renewals(ready()),
    });

    expect(run.outcome.kind).toBe('success');
    expect(run.records.map((record) => record['contact_id'])).toEqual(['1', '2', '3']);
    expect(crm.requests.map(({ url }) => url.split('page=')[1])).toEqual(['1', '2', '2', '3', '4']);
    expect(tokens().slice(1, 3)).toEqual([`Bearer ${OLD_TOKEN}`, `Bearer ${crm.token}`]);
  });

  test('is renewed for each page that needs it', async () => {
    let expired = 0;
    crm.behave('/contacts', (request, response) => {
      const page = Number(new URL(request.url, crm.origin).searchParams.get('page'));
      const late = expired < page && page < 3;
      if (late) expired += 1;
      response.writeHead(late ? 401 : 200, { 'content-type': 'application/json' });
      const contacts = page > 2 ? [] : [{ id: page, phone: NUMBER }];
      response.end(late ? '{}' : JSON.stringify({ contacts }));
    });

    const run = await runner().run('Contacts', {
      credential: credential(),
      renew: renewals(ready({ generation: 2 }), ready({ generation: 3 })),
    });

    expect(run.records).toHaveLength(2);
    expect(refused.map(({ generation }) => generation)).toEqual([1, 2]);
  });

  test('brings the locals and properties of the new sign-in along', async () => {
    const other = await startFakeCrm({ token: crm.token });
    const document = {
      hosts: ['127.0.0.1', 'a.example'],
      resource_url: '$Instance$',
      properties: [
        { label: 'Instance', type: 'url', filled_by: 'sign_in' },
        { label: 'Address', type: 'url' },
        { label: 'API token', type: 'secret' },
      ],
    };
    const { outcome, exchanges } = await runner(document, FILLING).run('Users', {
      credential: credential({ properties: { Instance: crm.origin } }),
      renew: renewals(ready({ properties: { Instance: other.origin } })),
    });
    await other.close();

    // Another port than the one that the test allows: the new address was used, and judged.
    expect(exchanges.map(({ request }) => request.url)).toEqual([
      `${crm.origin}/users`,
      `${other.origin}/users`,
    ]);
    expect(outcome.kind).toBe('blocked');
  });
});

describe('a renewal that gives nothing', () => {
  test.each<[string, CredentialAnswer | 'reject' | 'hang', Record<string, unknown>, string]>([
    [
      'the grant is gone',
      { status: 'needs_auth', message: 'Sign in at the CRM again.' },
      { kind: 'unauthorized', effect: 'not_executed', action: 'refresh' },
      'Sign in at the CRM again.',
    ],
    [
      'the sign-in server is away',
      {
        status: 'unavailable',
        message: 'The sign-in server does not answer.',
        retryAfterMs: 7_000,
      },
      { kind: 'sign_in_unavailable', effect: 'not_executed', action: 'wait', retryAfterMs: 7_000 },
      'The sign-in server does not answer.',
    ],
    [
      'the renewal itself fails',
      'reject',
      { kind: 'sign_in_unavailable', effect: 'not_executed', action: 'wait' },
      'The sign-in could not be renewed in time.',
    ],
  ])('%s', async (_name, answer, expected, words) => {
    const { outcome, exchanges } = await runner().run('CreateActivity', {
      values: CALL,
      credential: credential(),
      renew: renewals(answer),
    });

    expect(outcome).toMatchObject({ ...expected, breaker: false });
    expect(outcome.message).toContain(words);
    expect(exchanges).toHaveLength(1);
    expect(crm.calls).toEqual([]);
  });

  test('somebody who waits does not wait longer than said', async () => {
    const { outcome } = await runner().run('Users', {
      credential: credential(),
      renew: renewals('hang'),
      deadlineMs: 150,
    });

    expect(outcome).toMatchObject({ kind: 'sign_in_unavailable', effect: 'not_executed' });
  });

  test('a renewal that we end ourselves is held against nobody', async () => {
    const ends = new AbortController();
    const hang = renewals('hang');

    const { outcome } = await runner().run(
      'Users',
      {
        credential: credential(),
        renew: (used, signal) => {
          const answer = hang(used, signal);
          ends.abort();
          return answer;
        },
      },
      ends.signal,
    );

    expect(outcome).toMatchObject({ kind: 'unreachable', action: 'retry', breaker: false });
  });
});

describe('without a credential', () => {
  test('nothing leaves', () => {
    expect(runner().prepare('Users')).toMatchObject({ status: 'not_sent', reason: 'needs_auth' });
  });

  test('a property that the sign-in fills and did not asks for a new sign-in', () => {
    const document = {
      hosts: ['127.0.0.1', 'a.example'],
      resource_url: '$Instance$',
      properties: [
        { label: 'Instance', type: 'url', filled_by: 'sign_in' },
        { label: 'Address', type: 'url' },
        { label: 'API token', type: 'secret' },
      ],
    };

    expect(runner(document, FILLING).prepare('Users', { credential: credential() })).toMatchObject({
      status: 'not_sent',
      reason: 'needs_auth',
      name: 'Instance',
      message: "'Instance' comes with the sign-in: sign in at the CRM again.",
    });
  });
});

test('no token stands in the ledger, neither the refused nor the new one', async () => {
  crm.behave('POST /calls', (request, response) => {
    const sent = request.headers['authorization'] ?? '';
    const isNew = sent.endsWith(crm.token);
    response.writeHead(isNew ? 400 : 401, { 'content-type': 'application/json', 'x-error': sent });
    response.end(JSON.stringify({ message: `${OLD_TOKEN} and ${crm.token} are no good` }));
  });

  const run = await runner().run('CreateActivity', {
    values: CALL,
    credential: credential(),
    renew: renewals(ready()),
  });

  expect(run.exchanges).toHaveLength(2);
  expect(JSON.stringify(run)).not.toContain(OLD_TOKEN);
  expect(JSON.stringify(run.exchanges[1])).not.toContain(crm.token);
  expect(run.outcome.message).not.toContain(crm.token);
});
