import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { TestServer } from './testing/test-server.ts';

const GUIDE = new URL('../../docs/guide/provision.md', import.meta.url);
const TABLES = [
  ...(['organization', 'phone_system', 'extension', 'api_key', 'integration_version'] as const),
  ...(['connection', 'secret', 'user_link', 'audit_entry'] as const),
];
// Only somebody's own machine may lack curl: where CI is set, a test that did not run is no answer.
const runs = process.env['CI'] === 'true' || spawnSync('curl', ['--version']).status === 0;

/** The commands of the guide, as somebody would paste them one block after another. */
function scriptOf(guide: string): string {
  return [...guide.matchAll(/^```sh\n(.*?)^```$/gmsu)].map(([, block = '']) => block).join('\n');
}

describeDatabases('the guide to provisioning', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let directory: string;
  let origin: string;

  beforeAll(async () => {
    crm = await startFakeCrm();
    server = await startTestServer({ database: await databases.open(), crm, working: false });
    origin = await server.app.listen({ host: '127.0.0.1', port: 0 });
    directory = mkdtempSync(join(tmpdir(), 'patchcord-guide-'));
    writeFileSync(join(directory, 'acme-crm.json'), fakeCrmDocument({ id: 'acme-crm' }));
  });
  afterAll(async () => {
    server.app.server.closeAllConnections();
    await server.close();
    await crm.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const run = async (): Promise<{ code: number; out: string; err: string }> => {
    const { PATH } = process.env;
    const shell = spawn('sh', ['-c', scriptOf(readFileSync(GUIDE, 'utf8'))], {
      cwd: directory,
      env: {
        PATH,
        PATCHCORD: origin,
        ADMIN_KEY: server.adminKey,
        CRM_URL: crm.origin,
        CRM_TOKEN: crm.token,
      },
    });
    const ended = new Promise<number>((resolve) => {
      shell.once('close', (code) => resolve(code ?? -1));
    });
    const [out, err] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    return { code: await ended, out, err };
  };
  const rows = async (): Promise<Readonly<Record<string, unknown>>> => {
    const entries = [];
    for (const table of TABLES) {
      const all = await server.database.read.selectFrom(table).selectAll().execute();
      // When a key was last used is no part of the customer.
      const kept = all.map((row) => ({ ...row, last_used_at: null }));
      entries.push([table, kept] as const);
    }
    return Object.fromEntries(entries);
  };

  test.runIf(runs)('is a script that can be run twice', { timeout: 60_000 }, async () => {
    const first = await run();
    const made = await rows();
    const second = await run();

    expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' });
    // Only what is said of the document differs: made, then as it is.
    expect({ ...second, out: second.out.replace(': 200', ': 201') }).toEqual(first);
    expect(await rows()).toEqual(made);
    expect(first.out).not.toContain(crm.token);
    // An answer to a line, and none that repeats the document.
    const lines = first.out.trimEnd().split('\n');
    expect(lines).toContain('/v1/integrations/document/acme-crm: 201');
    expect(lines.filter((line) => !/^(?:\{.*\}|\/\S+: \d{3})$/u.test(line))).toEqual([]);
    expect(first.out).not.toContain('request_path');
  });

  test.runIf(runs)('ends in a customer whose calls reach the CRM', async () => {
    const list = await server.send('GET', '/v1/organizations?external_id=customer-4711', {
      key: server.adminKey,
    });
    const headers = { 'patchcord-organization': textAt(list.body, 'items', 0, 'id') };
    const read = async (path: string): Promise<unknown> =>
      (await server.send('GET', path, { key: server.adminKey, headers })).body;
    const connections = await read('/v1/connections?external_id=crm-4711');
    const id = textAt(connections, 'items', 0, 'id');
    const links = await read(`/v1/connections/${id}/user-links`);
    const tested = await server.send('POST', `/v1/connections/${id}/test`, {
      key: server.adminKey,
      headers,
    });

    expect(links).toMatchObject({
      items: [
        { external_id: 'person-12', extension_number: '101', crm_user_id: '11' },
        { external_id: 'person-13', extension_number: '102', crm_user_id: '12' },
      ],
    });
    expect(valueAt(tested.body, 'ok')).toBe(true);
  });
});
