import { describe, expect, test } from 'vitest';

import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import { compileDocument } from '../../document/compile.ts';
import type { Credential, CredentialAnswer } from '../../runtime/credential.ts';
import type { ListEvent } from '../../runtime/list-pages.ts';
import type { MethodCall } from '../../runtime/method-call.ts';
import type { PreparedMethod } from '../../runtime/run-method.ts';
import { parseOptions } from '../connection-options.ts';
import type { OpenConnection } from '../open-connection.ts';
import { createSignedInRunner } from './signed-in-runner.ts';

const API = { Users: { request_method: 'GET', request_path: '/users' } };
const OAUTH2 = {
  client_id: 'client',
  authorization_endpoint: 'https://crm.example/authorize',
  token_endpoint: 'https://crm.example/token',
};
const PREPARED: PreparedMethod = { status: 'not_sent', reason: 'missing_value', message: 'fake' };

const LISTED: ListEvent = {
  kind: 'ended',
  complete: true,
  endedBy: 'no_paging',
  outcome: { kind: 'success', effect: 'executed', action: 'succeed', breaker: false, message: '' },
  exchanges: [],
  notes: [],
};

function connectionWith(part: Readonly<Record<string, unknown>>): OpenConnection {
  const source = { id: 'crm', name: 'CRM', resource_url: 'https://crm.example', API, ...part };
  return {
    id: 'con-1',
    organizationId: 'org-1',
    name: 'CRM',
    revision: 1,
    state: 'active',
    stateUntil: null,
    document: compileDocument(JSON.stringify(source)),
    properties: {},
    options: parseOptions({}),
    limits: [],
    country: 'GB',
    timezone: 'Europe/London',
    origins: ['https://crm.example'],
    secrets: [],
  };
}

type Asked = (signal: AbortSignal) => Promise<CredentialAnswer>;

function start({ answer, renewed }: { answer: Asked; renewed?: Asked }) {
  const calls: MethodCall[] = [];
  const warned: string[] = [];
  let now = 0;
  let asked = 0;
  const runner = createSignedInRunner({
    runner: {
      prepare: (call) => {
        calls.push(call);
        return PREPARED;
      },
      list: async function* (call) {
        calls.push(call);
        yield LISTED;
      },
    },
    signIns: {
      credentialFor: async (_connection, signal) => {
        asked += 1;
        now += 400;
        return await answer(signal);
      },
      renew: async (_connection, _used, signal) => await (renewed ?? answer)(signal),
    },
    phones: createPhoneNumbers(),
    randomId: () => 'boundary',
    clock: { monotonic: () => now },
    log: {
      warn: (_fields, message) => {
        warned.push(message);
      },
    },
  });
  return { runner, calls, warned, asked: () => asked };
}

const credential: Credential = { accessToken: 'token', locals: {}, properties: {}, generation: 3 };
const ready: Asked = () => Promise.resolve({ status: 'ready', credential });
const signal = () => new AbortController().signal;
const oauth2 = connectionWith({ OAuth2: OAUTH2 });

/** Answers nothing until it is given up. */
const hang: Asked = (ends) =>
  new Promise((resolve) => {
    const answer = { status: 'unavailable', message: 'The wait was ended.' } as const;
    ends.addEventListener('abort', () => resolve(answer));
  });

describe('a call with a sign-in', () => {
  test('has the credential, and can have it renewed', async () => {
    const { runner, calls } = start({ answer: ready });

    expect(await runner.prepare({ method: 'Users', values: {} }, oauth2, signal())).toBe(PREPARED);
    expect(calls[0]).toMatchObject({ method: 'Users', credential, connection: { id: 'con-1' } });
    expect(await calls[0]?.renew?.(credential, signal())).toEqual({ status: 'ready', credential });
  });

  test('counts the time of the sign-in', async () => {
    const { runner, calls } = start({ answer: ready });

    await runner.prepare({ method: 'Users', values: {}, deadlineMs: 2_000 }, oauth2, signal());

    expect(calls[0]?.deadlineMs).toBe(1_600);
  });

  test.each<[string, Asked, Readonly<Record<string, unknown>>]>([
    [
      'a person must sign in',
      () => Promise.resolve({ status: 'needs_auth', message: 'Nobody has signed in.' }),
      { reason: 'needs_auth', message: 'Nobody has signed in.' },
    ],
    [
      'the sign-in server is away',
      () => Promise.resolve({ status: 'unavailable', message: 'No answer.', retryAfterMs: 9_000 }),
      { reason: 'sign_in_unavailable', message: 'No answer.', retryAfterMs: 9_000 },
    ],
    [
      'the sign-in takes longer than somebody waits',
      hang,
      { reason: 'sign_in_unavailable', message: 'The sign-in at the CRM took too long.' },
    ],
  ])('is not sent when %s', async (_name, answer, expected) => {
    const { runner, calls } = start({ answer });
    const call = { method: 'Users', values: {}, deadlineMs: 20 } as const;

    const prepared = await runner.prepare(call, oauth2, signal());

    expect(prepared).toEqual({ status: 'not_sent', ...expected });
    expect(calls).toEqual([]);
  });

  test('rejects when the caller gives up', async () => {
    const { runner } = start({ answer: hang });
    const ends = new AbortController();
    const prepared = runner.prepare({ method: 'Users', values: {} }, oauth2, ends.signal);

    ends.abort(new Error('given up'));

    await expect(prepared).rejects.toThrow('given up');
  });

  test('logs a renewal that fails by a fault', async () => {
    const renewed: Asked = () => Promise.reject(new Error('the database is away'));
    const { runner, calls, warned } = start({ answer: ready, renewed });
    await runner.prepare({ method: 'Users', values: {} }, oauth2, signal());

    await expect(calls[0]?.renew?.(credential, signal())).rejects.toThrow('database');

    expect(warned).toEqual(['a sign-in could not be renewed']);
  });
});

test('nobody signs in for a method that the document lacks', async () => {
  const { runner, calls, asked } = start({ answer: hang });

  await runner.prepare({ method: 'FindContact', values: {} }, oauth2, signal());

  expect(calls).toHaveLength(1);
  expect(asked()).toBe(0);
});

test('where the document presents properties nothing is renewed', async () => {
  const { runner, calls } = start({ answer: ready });

  await runner.prepare({ method: 'Users', values: {} }, connectionWith({}), signal());

  expect(calls[0]).not.toHaveProperty('renew');
});

describe('a list of a connection with a sign-in', () => {
  const contacts = connectionWith({
    OAuth2: OAUTH2,
    API: { Contacts: { request_method: 'GET', request_path: '/contacts' } },
  });
  const listed = async ({ list }: ReturnType<typeof start>['runner']) => {
    const events: ListEvent[] = [];
    const call = { method: 'Contacts', values: {} } as const;
    for await (const event of list(call, contacts, signal())) events.push(event);
    return events;
  };

  test('has the credential, and can have it renewed', async () => {
    const { runner, calls } = start({ answer: ready });

    expect(await listed(runner)).toEqual([LISTED]);
    expect(calls[0]).toMatchObject({ method: 'Contacts', credential, connection: { id: 'con-1' } });
    expect(await calls[0]?.renew?.(credential, signal())).toEqual({ status: 'ready', credential });
  });

  test('ends before its first request where there is none', async () => {
    const away = { status: 'unavailable', message: 'It is away.', retryAfterMs: 5_000 } as const;
    const { runner, calls } = start({ answer: () => Promise.resolve(away) });

    expect(await listed(runner)).toMatchObject([
      {
        complete: false,
        endedBy: 'not_sent',
        outcome: { kind: 'sign_in_unavailable', action: 'wait', retryAfterMs: 5_000 },
        notSent: { reason: 'sign_in_unavailable', message: 'It is away.' },
      },
    ]);
    expect(calls).toEqual([]);
  });
});
