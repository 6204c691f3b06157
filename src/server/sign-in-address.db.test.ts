import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, expect, test } from 'vitest';

import { createKey } from '../access/keys.ts';
import { readSettings } from '../config/settings.ts';
import { createLogger } from '../logging/logger.ts';
import { ADMIN } from '../organizations/scope.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createSecretRegistry } from '../text/scrub.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { openServer } from './open-server.ts';
import { signingDocument } from './testing/signing-crm.ts';
import { sender, setUpOffice, textAt } from './testing/test-server.ts';
import type { Sent } from './testing/test-server.ts';

const CRM = { origin: 'https://crm.example.com', token: 'a-secret-of-the-client' };

const cleanUp: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describeDatabases('where a CRM sends people back to', (databases) => {
  /** What a server of these settings answers who asks for the page of the CRM. */
  async function start(settings: Readonly<Record<string, string>>): Promise<Sent> {
    const place = await databases.settings();
    const folder = mkdtempSync(join(tmpdir(), 'patchcord-address-'));
    cleanUp.push(() => rmSync(folder, { recursive: true, force: true }));
    const environment: Readonly<Record<string, string>> =
      place.kind === 'sqlite'
        ? { DATA_DIR: place.directory }
        : {
            DATA_DIR: folder,
            DATABASE_URL: place.url,
            MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
          };
    const secrets = createSecretRegistry();
    const ids = createIds({ clock: systemClock, randomBytes });
    const server = await openServer(readSettings({ ...environment, ...settings }), {
      logger: createLogger({
        level: 'info',
        destination: { write: () => {} },
        scrub: secrets.scrub,
      }),
      ...{ secrets, randomBytes, ids },
      clock: systemClock,
      random: Math.random,
      version: '0.0.0',
      shippedDocuments: [],
      masterKeyMade: () => {},
      onFatal: () => {},
    });
    cleanUp.push(() => server.close());
    const send = sender(server.composed.app);
    const { key: adminKey } = await createKey(
      { database: server.database, ids, randomBytes },
      ADMIN,
      { name: 'test', scope: 'admin', actor: 'test' },
    );
    const office = await setUpOffice({ send, adminKey }, CRM, { document: signingDocument() });
    return await send('POST', `/v1/connections/${office.connectionId}/sign-in`, {
      key: office.key,
    });
  }
  const redirectUri = ({ body }: Sent): string | null =>
    new URL(textAt(body, 'url')).searchParams.get('redirect_uri');

  test('is the address of a server on loopback that has no other', async () => {
    const port = String(await freePort());

    const started = await start({ PORT: port });

    expect(redirectUri(started)).toBe(`http://127.0.0.1:${port}/v1/sign-in/callback`);
  });

  test('is PUBLIC_URL where it is set', async () => {
    const started = await start({ PORT: '0', PUBLIC_URL: 'http://localhost:9999' });

    expect(redirectUri(started)).toBe('http://localhost:9999/v1/sign-in/callback');
  });

  test('is not known without both: the answer says what to set', async () => {
    const started = await start({ PORT: '0' });

    expect(started.body).toMatchObject({
      status: 409,
      code: 'conflict',
      detail: expect.stringMatching(/set PUBLIC_URL to the address of this server/),
    });
  });
});
