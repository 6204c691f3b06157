import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { createEgressKit } from '../../http/testing/egress-kit.ts';
import type { EgressKit } from '../../http/testing/egress-kit.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import type { SignIns } from './sign-ins.ts';
import { oauthDocument } from './testing/documents.ts';
import { createSignInKit, createTestClock, SECRET, SIGNAL } from './testing/sign-in-kit.ts';
import type { SignInKit, TestClock } from './testing/sign-in-kit.ts';
import { startTokenServer } from './testing/token-server.ts';
import type { TokenServer } from './testing/token-server.ts';

/** Enough for whoever joins a request under way to have joined it. */
const TURNS = 300;

describeDatabases('a connection that is changed while it signs in', (databases) => {
  const clock: TestClock = createTestClock();
  let database: Database;
  let before: TokenServer;
  let after: TokenServer;
  let egress: EgressKit;
  let kit: SignInKit;
  let signIns: SignIns;

  beforeAll(async () => {
    database = await databases.open({ clock });
  });
  beforeEach(async () => {
    before = await startTokenServer(clock.now);
    after = await startTokenServer(clock.now);
    after.extra = { access_token: 'of-the-new-address' };
    egress = createEgressKit();
    const door = egress.open([before.port, after.port]);
    kit = createSignInKit({ database, clock, server: before, egress: door });
    signIns = kit.node();
  });
  afterEach(async () => {
    before.release();
    await signIns.close();
    await kit.close();
    await egress.close();
    await Promise.all([before.close(), after.close()]);
  });
  afterAll(() => database.close());

  test.each(Object.entries(KINDS))(
    '%s: whoever opened it afterwards never gets the token of the old address',
    async (_kind, { document, properties }) => {
      before.behave('hold');
      const made = await kit.connect({
        document,
        properties: { ...properties, 'Instance URL': before.origin },
      });
      const first = signIns.credentialFor(await made.open(), SIGNAL);
      while (before.requests.length === 0) await clock.sleep(1);

      await made.change({ ...properties, 'Instance URL': after.origin });
      const second = signIns.credentialFor(await made.open(), SIGNAL);
      for (let turn = 0; turn < TURNS; turn += 1) await clock.sleep(1);
      before.release();

      expect(await first).toMatchObject({ credential: { accessToken: 'access-1' } });
      expect(await second).toMatchObject({ credential: { accessToken: 'of-the-new-address' } });
      expect([before.requests.length, after.requests.length]).toEqual([1, 1]);
    },
  );
});

const KINDS = {
  client_credentials: {
    document: oauthDocument({ flow: 'client_credentials', flow_type: undefined }),
    properties: { 'Client ID': 'client-1', 'Client secret': SECRET },
  },
  password: {
    document: oauthDocument(
      { flow: 'password', flow_type: undefined, username: '$User$', password: '$Password$' },
      { properties: [{ label: 'User' }, { label: 'Password', type: 'secret' }] },
    ),
    properties: {
      'Client ID': 'client-1',
      'Client secret': 'another-secret',
      User: 'ann',
      Password: SECRET,
    },
  },
};
