import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';

import { apiClient } from './api-client.ts';
import { delivered, eventsOf, report, waitForCall, type LedgerCall } from './call-script.ts';
import { openOAuth2Office, type OAuth2Office } from './oauth2-office.ts';

const STARTED_AT = Date.UTC(2026, 2, 2, 9, 15, 0);
const Connection = z.looseObject({
  state: z.string(),
  state_reason: z.string().nullable(),
  sign_in: z.looseObject({ state: z.string() }),
});

let all: OAuth2Office;
let calls = 0;

beforeAll(async () => {
  all = await openOAuth2Office(3);
}, 180_000);
afterAll(async () => {
  await all?.close();
}, 60_000);
beforeEach(async () => {
  await all.authorization.order({
    lifeSeconds: 3_600,
    rotates: true,
    unavailable: false,
    dropRefreshAnswers: 0,
    forgetCounts: true,
  });
});

/** The events of one more call: it rings, is answered, ends. */
function newCall() {
  calls += 1;
  const callId = `oauth2-${String(calls)}`;
  const [ringing, answered, , ended] = eventsOf({
    callId,
    from: '+442071838750',
    startedAt: STARTED_AT + calls * 1_000,
    recording: new Uint8Array(),
  });
  if (ringing === undefined || answered === undefined || ended === undefined) {
    throw new Error('the script of a call has too few events');
  }
  return { callId, events: [ringing, answered, ended] };
}

/** Reports events to one process; gives our id of the call. */
async function tell(
  events: readonly Readonly<Record<string, unknown>>[],
  node = 0,
): Promise<string> {
  const origin = all.nodes[node % all.nodes.length]?.origin ?? '';
  let id: string | null = null;
  for (const event of events) id = (await report(origin, all.office, event)).callId;
  if (id === null) throw new Error('the call was not taken');
  return id;
}

async function connection(): Promise<z.infer<typeof Connection>> {
  const { administrator, connectionId } = all.office;
  return Connection.parse(await administrator.get(`/v1/connections/${connectionId}`));
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`It never came true that ${what}`);
    await sleep(50);
  }
}

/** The calls that came into the CRM since `before` of them, each with what was done to it. */
function written(before: number) {
  return all.crm.calls
    .slice(before)
    .map(({ fields, stopped }) => ({ key: fields['key'], stopped }));
}

describe('OAuth2 with a certified authorization server', () => {
  test('a person signed in with PKCE, and the connection works', async () => {
    const { administrator, connectionId } = all.office;

    const tested = await administrator.post(`/v1/connections/${connectionId}/test`);

    expect(tested).toMatchObject({ ok: true, method: 'Users' });
    expect(await connection()).toMatchObject({
      state: 'active',
      sign_in: { state: 'signed_in' },
    });
    expect(JSON.stringify([tested, await connection()])).not.toMatch(/eyJ|client_secret/);
  });

  test('the page at the end says how it went, and keeps its address to itself', async () => {
    const arrival = await all.signIn();

    expect(arrival.status).toBe(200);
    expect(arrival.text).toContain('is connected');
    expect(arrival.headers.get('referrer-policy')).toBe('no-referrer');
    const again = await fetch(arrival.url);
    expect(await again.text()).toContain('used already');
  });

  test('who declines changes nothing', async () => {
    const arrival = await all.signIn({ login: 'ann', declines: true });

    expect(arrival.text).toContain('is not connected');
    expect(await connection()).toMatchObject({ state: 'active' });
  });

  test('200 calls meet an expired token in three processes: one refresh, each call once', async () => {
    const before = all.crm.calls.length;
    await all.authorization.order({ expireAccessTokens: true });

    const scripts = Array.from({ length: 200 }, () => newCall());
    const ids = await Promise.all(scripts.map(({ events }, index) => tell(events, index)));
    await until('all calls are in the CRM', () =>
      Promise.resolve(written(before).filter(({ stopped }) => stopped > 0).length === 200),
    );
    const ledger: LedgerCall[] = [];
    for (const id of ids) ledger.push(await waitForCall(all.office, id, whole));

    const counts = await all.authorization.counts();
    expect(counts).toEqual({ code: 0, refresh: 1, refused: 0, turnedAway: 0 });
    const came = written(before);
    expect(came).toHaveLength(200);
    expect(new Set(came.map(({ key }) => key)).size).toBe(200);
    expect(came.every(({ stopped }) => stopped === 1)).toBe(true);
    expect(ledger.every((call) => !call.possible_duplicate)).toBe(true);
    // A renewed request is the same try.
    const tries = ledger.flatMap((call) => call.steps.map((step) => step.attempts.length));
    expect(Math.max(...tries)).toBe(1);
  });

  test('a token that the server ends in the middle of a call is renewed, and the call goes on', async () => {
    const before = all.crm.calls.length;
    const { events } = newCall();
    const id = await tell(events.slice(0, 2));
    await waitForCall(all.office, id, delivered('CreateActivity'));
    await all.authorization.order({ expireAccessTokens: true });

    await tell(events.slice(2), 1);
    await waitForCall(all.office, id, delivered('StopCallActivity'));

    expect(written(before)).toMatchObject([{ stopped: 1 }]);
    expect(await all.authorization.counts()).toMatchObject({ refresh: 1, refused: 0 });
  });

  test('a token whose life ends in the middle of a call is refreshed before the next request', async () => {
    await all.authorization.order({ lifeSeconds: 3, expireAccessTokens: true });
    const before = all.crm.calls.length;
    const { events } = newCall();
    const id = await tell(events.slice(0, 2));
    await waitForCall(all.office, id, delivered('CreateActivity'));
    const first = all.crm.requests.at(-1)?.headers['authorization'] ?? '';
    await until('the token has ended', async () => !(await active(first)));
    const refused = unauthorized();

    await tell(events.slice(2), 2);
    await waitForCall(all.office, id, delivered('StopCallActivity'));

    expect(written(before)).toMatchObject([{ stopped: 1 }]);
    expect(unauthorized()).toBe(refused);
    await all.authorization.order({ lifeSeconds: 3_600, expireAccessTokens: true });
  });

  test('a lost answer of a server that still takes the old refresh token costs nothing', async () => {
    const before = all.crm.calls.length;
    await all.authorization.order({
      rotates: false,
      dropRefreshAnswers: 1,
      expireAccessTokens: true,
    });

    const id = await tell(newCall().events);
    await waitForCall(all.office, id, delivered('StopCallActivity'));

    expect(written(before)).toMatchObject([{ stopped: 1 }]);
    expect(await all.authorization.counts()).toMatchObject({ refresh: 2, refused: 0 });
  });

  test('an authorization server that is away uses up no try, and calls go on when it is back', async () => {
    const before = all.crm.calls.length;
    await all.authorization.order({ unavailable: true, expireAccessTokens: true });
    const ids = await Promise.all([0, 1, 2].map((node) => tell(newCall().events, node)));
    await until('the server was asked', async () => {
      return (await all.authorization.counts()).turnedAway > 0;
    });
    expect(await connection()).toMatchObject({ sign_in: { state: 'signed_in' } });
    expect(written(before)).toEqual([]);

    await all.authorization.order({ unavailable: false });
    const ledger = await Promise.all(
      ids.map((id) => waitForCall(all.office, id, delivered('StopCallActivity'))),
    );

    expect(written(before)).toHaveLength(3);
    expect(await all.authorization.counts()).toMatchObject({ refresh: 1, refused: 0 });
    expect(ledger.every((call) => !call.possible_duplicate)).toBe(true);
  });

  test.each([
    ['revoked by the user', { revoke: true, expireAccessTokens: true }],
    ['lost the answer of a rotation', { dropRefreshAnswers: 1, expireAccessTokens: true }],
  ] as const)(
    'who %s signs in again: everything was kept and comes in order',
    async (_what, orders) => {
      const before = all.crm.calls.length;
      await all.authorization.order(orders);
      const scripts = Array.from({ length: 12 }, () => newCall());
      const ids = await Promise.all(scripts.map(({ events }, index) => tell(events, index)));
      await until('the connection waits', async () => (await connection()).state === 'needs_auth');
      expect(written(before)).toEqual([]);
      expect((await connection()).sign_in.state).toBe('needs_auth');

      const arrival = await all.signIn();
      await Promise.all(
        ids.map((id) => waitForCall(all.office, id, delivered('StopCallActivity'))),
      );

      expect(arrival.text).toContain('is connected');
      const came = written(before);
      expect(came).toHaveLength(12);
      expect(new Set(came.map(({ key }) => key)).size).toBe(12);
      expect(came.every(({ stopped }) => stopped === 1)).toBe(true);
      expect((await connection()).state).toBe('active');
    },
  );

  test('a foreign organization cannot begin a sign-in', async () => {
    const operator = apiClient(all.nodes[0]?.origin ?? '', all.adminKey);
    const made = z
      .object({ id: z.string() })
      .parse(await operator.post('/v1/organizations', { name: 'Others' }));
    const path = `/v1/connections/${all.office.connectionId}/sign-in`;

    const begun = operator.post(path, undefined, { 'patchcord-organization': made.id });

    await expect(begun).rejects.toThrow(/404/);
  });

  test('no process wrote a token or the client secret to its log', () => {
    const tokens = all.crm.requests.map(({ headers }) =>
      (headers['authorization'] ?? '').replace('Bearer ', ''),
    );
    const logs = all.nodes.map((node) => node.log()).join('\n');

    expect(tokens.length).toBeGreaterThan(400);
    expect([...new Set(tokens)].filter((token) => token !== '' && logs.includes(token))).toEqual(
      [],
    );
    expect(logs).not.toContain('a-secret-of-the-client');
  });
});

const whole = delivered('CreateActivity', 'StopCallActivity');

function unauthorized(): number {
  return all.crm.requests.filter(({ headers }) => headers['authorization'] === '').length;
}

async function active(header: string): Promise<boolean> {
  return all.authorization.isActive(header.replace('Bearer ', ''));
}
