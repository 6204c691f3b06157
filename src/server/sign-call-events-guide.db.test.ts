import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

const GUIDE = new URL('../../docs/guide/sign-call-events.md', import.meta.url);

describeDatabases('the guide to signed call events', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let origin: string;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, working: false });
    origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
    office = await setUpOffice(server, crm);
  });
  afterAll(async () => {
    server.app.server.closeAllConnections();
    await server.close();
    await crm.close();
  });

  const run = async (secret: string): Promise<string> => {
    const [, program = ''] = /^```js\n(.*?)^```$/msu.exec(readFileSync(GUIDE, 'utf8')) ?? [];
    const node = spawn(process.execPath, ['--input-type=module'], {
      env: { PATCHCORD: origin, EVENTS_KEY: office.eventsKey, SIGNING_SECRET: secret },
    });
    node.stdin.end(program);
    const [out, err] = await Promise.all([text(node.stdout), text(node.stderr)]);
    return out + err;
  };

  test('has a program whose event is taken by a server that needs a signature', async () => {
    const path = `/v1/phone-systems/${office.phoneSystemId}`;
    const made = await server.send('POST', `${path}/signing-secrets`, {
      key: office.key,
      body: {},
    });
    await server.send('PATCH', path, { key: office.key, body: { signatures_required: true } });

    expect(await run(textAt(made.body, 'secret'))).toMatch(/^202 .*"status":"accepted"/u);
    expect(await run(`whsec_${'A'.repeat(43)}=`)).toMatch(/^401 .*"invalid_signature"/u);
  });
});
