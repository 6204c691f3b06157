import { describe, expect, test } from 'vitest';

import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { compileDocument } from '../../document/compile.ts';
import type { Credential } from '../../runtime/credential.ts';
import type { MethodCall, MethodRun } from '../../runtime/method-call.ts';
import { parseOptions } from '../connection-options.ts';
import type { OpenConnection } from '../open-connection.ts';
import { createAccountValues } from './account-values.ts';

const EMPTY: Credential = { locals: {}, properties: {}, generation: 0 };
const SIGNAL = new AbortController().signal;

/** The workspace stands in each path, and only `Account` knows it. */
const DOCUMENT = compileDocument(
  JSON.stringify({
    id: 'crm',
    name: 'CRM',
    properties: [
      { label: 'API key', type: 'secret' },
      { label: 'Workspace', filled_by: 'sign_in' },
    ],
    resource_url: 'https://crm.example/v2',
    auth: { type: 'Bearer', token: '$API key$' },
    API: {
      Account: {
        request_method: 'GET',
        request_path: '/me',
        response_map: { id: '$account_id$', slug: '$Workspace$' },
      },
      Users: { request_method: 'GET', request_path: '/workspaces/$Workspace$/users' },
    },
  }),
);

function connectionAt(revision: number): OpenConnection {
  return {
    id: 'con-1',
    organizationId: 'org-1',
    name: 'CRM',
    revision,
    state: 'active',
    stateUntil: null,
    document: DOCUMENT,
    properties: { 'API key': 'key' },
    options: parseOptions({}),
    limits: [],
    country: 'GB',
    timezone: 'Europe/London',
    origins: ['https://crm.example'],
    secrets: ['key'],
  };
}

function aRun(outcome: Partial<MethodRun['outcome']>, records: MethodRun['records']): MethodRun {
  return {
    outcome: {
      kind: 'success',
      effect: 'executed',
      action: 'succeed',
      breaker: false,
      message: 'Found 1 account.',
      ...outcome,
    },
    records,
    executedWithoutId: false,
    exchanges: [],
    notes: [],
    asked: [],
  };
}

const ACME = aRun({}, [{ account_id: '1', Workspace: 'acme' }]);

function start(answer: () => Promise<MethodRun> = () => Promise.resolve(ACME)) {
  const calls: MethodCall[] = [];
  const values = createAccountValues({
    runner: {
      prepare: (call) => {
        calls.push(call);
        return {
          status: 'ready',
          request: { method: 'GET', url: '', headers: {} },
          place: { object: 0, request: 0 },
          idempotent: true,
          signedIn: EMPTY,
          send: answer,
        };
      },
    },
    phones: createPhoneNumbers(),
    randomId: () => 'boundary',
  });
  return { values, calls };
}

describe('properties that only the account tells', () => {
  test('are there before the first request that needs them', async () => {
    const { values, calls } = start();

    const answer = await values.complete(connectionAt(1), { credential: EMPTY }, SIGNAL);

    expect(answer).toMatchObject({
      status: 'ready',
      credential: { properties: { Workspace: 'acme' } },
    });
    expect(calls.map(({ method }) => method)).toEqual(['Account']);
  });

  test('are asked for once by any number of callers, and again after a change', async () => {
    const { values, calls } = start();
    const ask = (revision: number, generation = 0) =>
      values.complete(connectionAt(revision), { credential: { ...EMPTY, generation } }, SIGNAL);

    await Promise.all(Array.from({ length: 50 }, () => ask(1)));
    await ask(1);
    expect(calls).toHaveLength(1);

    await ask(2);
    expect(calls).toHaveLength(2);
    await ask(2, 1);
    expect(calls).toHaveLength(3);
  });

  test('are not asked for when the sign-in brought them', async () => {
    const { values, calls } = start();
    const credential = { ...EMPTY, properties: { Workspace: 'beta' } };

    const answer = await values.complete(connectionAt(1), { credential }, SIGNAL);

    expect(answer).toEqual({ status: 'ready', credential });
    expect(calls).toEqual([]);
  });

  test.each<[string, MethodRun, string, number | undefined]>([
    [
      'refuses the credentials',
      aRun({ kind: 'unauthorized', action: 'refresh', message: 'No.' }, []),
      'needs_auth',
      undefined,
    ],
    [
      'names no account',
      aRun({ kind: 'not_found', message: 'None.' }, []),
      'needs_auth',
      undefined,
    ],
    [
      'is away',
      aRun({ kind: 'unavailable', action: 'retry', message: '503.', retryAfterMs: 9_000 }, []),
      'unavailable',
      9_000,
    ],
  ])('are missing where the CRM %s', async (_name, run, status, retryAfterMs) => {
    const { values } = start(() => Promise.resolve(run));

    const answer = await values.complete(connectionAt(1), { credential: EMPTY }, SIGNAL);

    expect(answer).toEqual({
      status,
      message: `The account cannot be read: ${run.outcome.message}`,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  });

  test('do not hold somebody who gives up; the others get them', async () => {
    let tell: (run: MethodRun) => void = () => {};
    const { values, calls } = start(
      () =>
        new Promise((resolve) => {
          tell = resolve;
        }),
    );
    const ends = new AbortController();
    const impatient = values.complete(connectionAt(1), { credential: EMPTY }, ends.signal);
    const patient = values.complete(connectionAt(1), { credential: EMPTY }, SIGNAL);

    ends.abort();
    expect(await impatient).toMatchObject({ status: 'unavailable' });
    tell(ACME);

    expect(await patient).toMatchObject({ status: 'ready' });
    expect(calls).toHaveLength(1);
  });
});
