import { randomBytes } from 'node:crypto';

import { expect, test } from 'vitest';

import { claimLanes } from '../calls/claim.ts';
import { deliverLane } from '../calls/deliver.ts';
import type { DeliverDeps } from '../calls/deliver.ts';
import { DELIVERY_POLICY } from '../calls/delivery-policy.ts';
import { createAdmission } from '../connections/admission.ts';
import { createDocumentCache } from '../connections/document-cache.ts';
import { fixedKeyring } from '../connections/keyring.ts';
import { createOpenConnections } from '../connections/open-connection.ts';
import { createSignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { createSignIns } from '../connections/sign-in/sign-ins.ts';
import { createTestClock } from '../connections/sign-in/testing/sign-in-kit.ts';
import type { TestClock } from '../connections/sign-in/testing/sign-in-kit.ts';
import { createVault } from '../connections/vault.ts';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import { compileDocument } from '../document/compile.ts';
import { createEgressKit } from '../http/testing/egress-kit.ts';
import type { EgressKit } from '../http/testing/egress-kit.ts';
import { createMethodRunner } from '../runtime/run-method.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createIds } from '../text/uuid.ts';
import { createConnectionBook } from './connection-book.ts';
import { createStepRunner } from './step-runner.ts';
import { signingDocument, startSigningCrm } from './testing/signing-crm.ts';
import type { SigningCrm } from './testing/signing-crm.ts';
import { setUpOffice, startTestServer, textAt } from './testing/test-server.ts';

const MINUTE = 60_000;

/** The whole way of a step but the loop: a test says when to work. */
function createWork(
  kit: EgressKit,
  of: { readonly database: Database; readonly clock: TestClock; readonly signing: SigningCrm },
): { drain(): Promise<void>; close(): Promise<void> } {
  const { database, clock, signing } = of;
  const ids = createIds({ clock, randomBytes });
  const key = { id: 'test', bytes: new Uint8Array(32).fill(7) };
  const vault = createVault(fixedKeyring(key), randomBytes);
  const documents = createDocumentCache(compileDocument);
  const openConnections = createOpenConnections({ database, vault, documents });
  const phones = createPhoneNumbers();
  const egress = kit.open([Number(new URL(signing.crm.origin).port)]);
  const randomId = (): string => ids.next();
  const methods = createMethodRunner({ egress, phones, clock, randomId });
  const log = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
  const signIns = createSignIns({
    ...{ database, vault, ids, randomBytes, egress, phones, clock, openConnections, log },
    random: () => 0.5,
    runner: methods,
    admission: createAdmission({ database, clock }),
    redirectUri: undefined,
    node: 'worker',
    registerSecret: () => {},
    forgetSecret: () => {},
    wake: () => {},
  });
  const connections = createConnectionBook({ openConnections, log });
  const deliver: DeliverDeps = {
    ...{ database, ids, log },
    runner: createStepRunner(
      createSignedInRunner({ runner: methods, signIns, phones, randomId, clock, log }),
      createAdmission({ database, clock }),
    ),
    recordings: {
      open: () => Promise.reject(new Error('there are no recordings here')),
    },
    policy: DELIVERY_POLICY,
    node: 'worker',
    random: () => 0.5,
  };
  const { signal } = new AbortController();
  return {
    close: () => signIns.close(),
    drain: async () => {
      for (let round = 0; round < 500; round += 1) {
        const claim = { database, connections, node: 'worker', leaseMs: 45_000 };
        const { lanes } = await claimLanes(claim, 100);
        if (lanes.length === 0) return;
        for (const { laneId, fence, connection } of lanes) {
          await deliverLane(deliver, { lease: { laneId, fence }, connection, signal });
        }
      }
      throw new Error('the lanes never came to rest');
    },
  };
}

describeDatabases('a sign-in server that is away', (databases) => {
  test('for an hour: calls wait, cost no try, and are written afterwards, each once and in order', async () => {
    const clock = createTestClock();
    const opened = await databases.open({ clock });
    // PostgreSQL's clock is real, and an hour passes here at once.
    const database: Database = { ...opened, now: () => clock.now() };
    const signing = await startSigningCrm();
    const { crm } = signing;
    const server = await startTestServer({ database, crm, working: false });
    const kit = createEgressKit();
    const work = createWork(kit, { database, clock, signing });
    const document = signingDocument();
    const office = await setUpOffice(server, crm, { document });
    const path = `/v1/connections/${office.connectionId}`;
    const as = { key: office.key };
    const started = await server.send('POST', `${path}/sign-in`, as);
    const state = new URL(textAt(started.body, 'url')).searchParams.get('state') ?? '';
    await server.send('GET', `/v1/sign-in/callback?state=${state}&code=good-code`);
    const placeCall = async (callId: string): Promise<void> => {
      const at = clock.now() - 30_000;
      const common = { call_id: callId, direction: 'inbound', extension: '101' };
      const numbers = { calling_number: '+442071838750', called_number: '+442079460000' };
      const body = [
        { ...common, ...numbers, event_id: `${callId}-1`, kind: 'ringing', at },
        { ...common, event_id: `${callId}-2`, kind: 'answered', at: at + 5_000 },
        { ...common, event_id: `${callId}-3`, kind: 'ended', at: at + 20_000, duration: 15 },
      ];
      const sent = await server.send('POST', '/v1/call-events', { key: office.eventsKey, body });
      expect(sent.status).toBe(202);
    };
    await placeCall('before');
    await work.drain();
    expect(crm.calls).toHaveLength(1);

    // The token has ended, too.
    clock.pass(60 * MINUTE);
    signing.expire();
    signing.away = true;
    signing.asked.length = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      await placeCall(`call-${minute}`);
      await work.drain();
      clock.pass(MINUTE);
    }

    expect(crm.calls).toHaveLength(1);
    expect(signing.asked.length).toBeLessThan(60);
    expect(new Set(signing.asked.map(({ grant_type: grant }) => grant))).toEqual(
      new Set(['refresh_token']),
    );
    expect((await server.send('GET', path, as)).body).toMatchObject({
      state: 'broken',
      state_reason: expect.stringContaining('sign-in server'),
      sign_in: { state: 'signed_in', account: { name: 'Acme Ltd' } },
    });
    const waiting = await database.read
      .selectFrom('step')
      .select(['state', 'attempts', 'first_at'])
      .where('state', '!=', 'done')
      .execute();
    expect(waiting).toHaveLength(180);
    expect(new Set(waiting.map((step) => JSON.stringify(step)))).toEqual(
      new Set([JSON.stringify({ state: 'pending', attempts: 0, first_at: null })]),
    );

    signing.away = false;
    clock.pass(2 * MINUTE);
    await work.drain();

    expect(crm.calls).toHaveLength(61);
    expect(crm.calls.every(({ stopped }) => stopped === 1)).toBe(true);
    const begun = crm.calls.map(({ fields }) => String(fields['started_at']));
    expect(begun).toEqual(begun.toSorted());
    expect((await server.send('GET', path, as)).body).toMatchObject({ state: 'active' });
    const attempts = await database.read.selectFrom('attempt').select(['state']).execute();
    expect(attempts).toHaveLength(61 * 3);

    await work.close();
    await kit.close();
    await server.close();
    await signing.close();
  });
});
