import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, expect, test } from 'vitest';

import type { ContactRecord } from '../contacts/contact-record.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, valueAt } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

const GUIDE = new URL('../../docs/guide/protect-data.md', import.meta.url);
const NUMBER = '+442071838750';
// Only somebody's own machine may lack curl: where CI is set, a test that did not run is no answer.
const runs = process.env['CI'] === 'true' || spawnSync('curl', ['--version']).status === 0;

/** The commands of the guide, as somebody would paste them one block after another. */
function scriptOf(guide: string): string {
  return [...guide.matchAll(/^```sh\n(.*?)^```$/gmsu)].map(([, block = '']) => block).join('\n');
}

describeDatabases('the guide to the data of people', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let origin: string;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, contacts: true });
    origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
    office = await setUpOffice(server, crm);
    const { organizationId, connectionId } = office;
    const grace: ContactRecord = {
      ...{ kind: 'person', contactType: '', crmId: '7', name: 'Grace Hopper' },
      ...{ emails: [], phones: [NUMBER] },
    };
    await server.contacts?.put({ organizationId, connectionId }, [grace], {
      source: 'crm',
      country: 'GB',
    });
  });
  afterAll(async () => {
    server.app.server.closeAllConnections();
    await server.close();
    await crm.close();
  });

  test.runIf(runs)('erases somebody, and has a record of it', { timeout: 60_000 }, async () => {
    const { PATH } = process.env;
    const shell = spawn('sh', ['-c', scriptOf(readFileSync(GUIDE, 'utf8'))], {
      env: { PATH, PATCHCORD: origin, KEY: office.key, NUMBER },
    });
    const ended = new Promise<number>((resolve) => {
      shell.once('close', (code) => resolve(code ?? -1));
    });
    const [out, err] = await Promise.all([text(shell.stdout), text(shell.stderr)]);

    expect({ code: await ended, err }).toEqual({ code: 0, err: '' });
    const answers = out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
    const states = answers.slice(0, -1).map((answer) => valueAt(answer, 'state'));
    expect(states[0]).toBe('preview');
    expect(states.at(-1)).toBe('done');
    expect(valueAt(answers[0], 'person', 'contacts', 0, 'name')).toBe('Grace Hopper');
    const record = JSON.stringify(answers.at(-1));
    expect(record).toContain('"index_contacts":1');
    expect(record).not.toMatch(/Grace|7183/u);
  });
});
