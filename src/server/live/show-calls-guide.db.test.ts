import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt } from '../testing/test-server.ts';
import type { Office, TestServer } from '../testing/test-server.ts';

const GUIDE = new URL('../../../docs/guide/show-calls.md', import.meta.url);

describeDatabases('the guide to screens', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let origin: string;
  let answers: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: async () => {
        await answers;
        return false;
      },
    });
    crm.contacts.push({
      ...{ id: '7', first_name: 'Ada', last_name: 'Byron', phone: '+442071838750' },
      ...{ email: 'ada@crm.example', company: 'Engines' },
    });
    server = await startTestServer({ database: await databases.open(), crm, working: false });
    origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
    office = await setUpOffice(server, crm);
  });
  afterAll(async () => {
    server.app.server.closeAllConnections();
    await server.close();
    await crm.close();
  });

  test('has a program that prints who is calling, and ends with its key', async () => {
    const [, program = ''] = /^```js\n(.*?)^```$/msu.exec(readFileSync(GUIDE, 'utf8')) ?? [];
    const body = { name: 'Screen', scope: 'organization' };
    const made = await server.send('POST', '/v1/keys', { key: office.key, body });
    const node = spawn(process.execPath, ['--input-type=module'], {
      env: { PATCHCORD: origin, ORGANIZATION_KEY: textAt(made.body, 'key'), EXTENSION: '101' },
    });
    node.stdin.end(program);
    const lines: string[] = [];
    createInterface(node.stdout).on('line', (line) => lines.push(line));
    let calls = 0;
    await vi.waitFor(
      async () => {
        calls += 1;
        const event = {
          ...{ call_id: String(calls), kind: 'ringing', direction: 'inbound', extension: '101' },
          ...{ calling_number: '+442071838750', called_number: '+442079460000' },
        };
        await server.send('POST', '/v1/call-events', { key: office.eventsKey, body: event });
        expect(lines.join('\n')).toMatch(/^ringing \+442071838750 .*Ada Byron, Engines/su);
      },
      { timeout: 20_000, interval: 100 },
    );
    const stranger = {
      ...{ call_id: 'stranger', kind: 'ringing', direction: 'inbound', extension: '101' },
      ...{ calling_number: '+442071830000', called_number: '+442079460000' },
    };
    const { promise, resolve } = Promise.withResolvers<undefined>();
    answers = promise;
    await server.send('POST', '/v1/call-events', { key: office.eventsKey, body: stranger });
    const last = async (words: string): Promise<void> => {
      await vi.waitFor(() => expect(lines.at(-1)).toBe(words), 20_000);
    };
    await last('ringing +442071830000 The CRM is being asked.');
    resolve(undefined);
    await last('identified  The CRM knows nobody with this number.');
    const ended = new Promise<unknown>((exit) => node.once('exit', exit));
    await server.send('DELETE', `/v1/keys/${textAt(made.body, 'id')}`, { key: office.key });

    expect(await ended).toBe(0);
  });
});
