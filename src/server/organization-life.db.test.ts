import type { ServerResponse } from 'node:http';

import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { deleteOrganization } from '../organizations/delete-organization.ts';
import { GOING_LAST, GOING_WITH, OWNED_TABLES } from '../organizations/deletion-repository.ts';
import { beginDeletion, suspendOrganization } from '../organizations/life.ts';
import { sumUpUsage } from '../organizations/usage.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const NUMBERS = { calling_number: '+442071838750', called_number: '+442079460000' };
const WAIT = { timeout: 10_000 };
const TABLES = [
  ...OWNED_TABLES.map(({ table }) => table),
  ...Object.keys(GOING_WITH),
  ...GOING_LAST,
];

describeDatabases('the life of an organization', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  let neighbour: Office;

  beforeAll(async () => {
    crm = await startFakeCrm();
    const tuning = { times: { pollEveryMs: 50 } };
    server = await startTestServer({ database: await databases.open(), crm, tuning });
    neighbour = await setUpOffice(server, crm);
    await report(neighbour, 'of the neighbour');
    await vi.waitUntil(() => crm.calls.length === 1, WAIT);
    // Before its call is taken out of the CRM: what ends it would find nothing there.
    await settled(neighbour);
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });
  beforeEach(async () => {
    office = await setUpOffice(server, crm);
    crm.calls.splice(0);
    crm.requests.splice(0);
  });

  const admin = (method: 'GET' | 'POST', path: string, body?: object): Promise<Sent> =>
    server.send(method, `/v1/organizations/${office.organizationId}${path}`, {
      key: server.adminKey,
      ...(body === undefined ? {} : { body }),
    });
  const report = (of: Office, call: string, ...kinds: string[]): Promise<Sent> =>
    server.send('POST', '/v1/call-events', {
      key: of.eventsKey,
      body: (kinds.length === 0 ? ['ringing', 'answered', 'ended'] : kinds).map((kind) =>
        kind === 'ringing'
          ? { kind, call_id: call, direction: 'inbound', extension: '101', ...NUMBERS }
          : { kind, call_id: call, ...(kind === 'answered' ? { extension: '101' } : {}) },
      ),
    });
  const nameOf = async (): Promise<string> => {
    const path = `/v1/organizations/${office.organizationId}`;
    return textAt((await server.send('GET', path, { key: server.adminKey })).body, 'name');
  };
  const settled = async ({ organizationId }: Office): Promise<void> => {
    await vi.waitFor(async () => {
      const open = await server.database.read
        .selectFrom('step')
        .select('id')
        .where('organization_id', '=', organizationId)
        .where('state', 'not in', ['done', 'skipped'])
        .execute();
      expect(open).toEqual([]);
    }, WAIT);
  };
  const deeds = async (): Promise<readonly string[]> => {
    const rows = await server.database.read
      .selectFrom('audit_entry')
      .select('action')
      .where('object_id', '=', office.organizationId)
      .orderBy('id')
      .execute();
    return rows.map(({ action }) => action);
  };

  describe('suspended', () => {
    test('its keys are refused with the reason, its phone system goes on, and the operator reads', async () => {
      const suspended = await admin('POST', '/suspend', { reason: 'Invoice 4711' });

      expect(suspended.body).toMatchObject({ state: 'suspended', reason: 'Invoice 4711' });
      const refused = await server.send('GET', '/v1/calls', { key: office.key });
      expect(refused.status).toBe(403);
      expect(refused.body).toMatchObject({
        code: 'organization_suspended',
        detail: expect.stringContaining('(Invoice 4711): the operator can resume it'),
      });
      expect((await report(office, 'kept')).status).toBe(202);
      const headers = { 'patchcord-organization': office.organizationId };
      const listed = await server.send('GET', '/v1/calls', { key: server.adminKey, headers });
      expect(valueAt(listed.body, 'items', 'length')).toBe(1);
    });

    test('the list of organizations says so', async () => {
      const list = async (): Promise<readonly unknown[]> => {
        const key = server.adminKey;
        const { body } = await server.send('GET', '/v1/organizations?limit=200', { key });
        return JSON.parse(JSON.stringify(valueAt(body, 'items')));
      };
      const become = (state: string) =>
        expect.objectContaining({ id: office.organizationId, state });

      expect(await list()).toContainEqual(become('active'));
      await admin('POST', '/suspend', {});
      expect(await list()).toContainEqual(become('suspended'));
    });

    test('nothing reaches its CRMs, by nobody, until it is resumed; then all goes out in order', async () => {
      await admin('POST', '/suspend', {});
      for (let call = 1; call <= 5; call += 1) await report(office, `call ${call}`);
      const headers = { 'patchcord-organization': office.organizationId };
      const asked = { key: server.adminKey, headers };
      const test = `/v1/connections/${office.connectionId}/test`;
      const paths: readonly (readonly ['GET' | 'POST', string])[] = [
        ['POST', test],
        ['GET', `/v1/contacts/identify?number=${encodeURIComponent('+442071838750')}`],
        ['GET', `/v1/connections/${office.connectionId}/crm-users`],
      ];
      for (const [method, path] of paths) {
        expect([path, (await server.send(method, path, asked)).status]).toEqual([path, 403]);
      }
      // What belongs to others goes on, so the worker has looked at everything by then.
      await report(neighbour, `beside ${office.organizationId}`);
      await vi.waitFor(() => expect(crm.calls).toHaveLength(1), WAIT);
      await settled(neighbour);
      crm.calls.splice(0);

      expect((await admin('POST', '/resume')).body).toMatchObject({ state: 'active' });

      await vi.waitFor(() => expect(crm.calls).toHaveLength(5), WAIT);
      await settled(office);
      const steps = await server.database.read
        .selectFrom('attempt')
        .select(['lane_id', 'method'])
        .where('organization_id', '=', office.organizationId)
        .orderBy('started_at')
        .orderBy('id')
        .execute();
      const lanes = new Set(steps.map((step) => step.lane_id));
      for (const lane of lanes) {
        const methods = steps.filter((step) => step.lane_id === lane).map(({ method }) => method);
        expect(methods.slice(0, 2)).toEqual(['FindContact', 'CreateActivity']);
      }
      expect(await deeds()).toEqual([
        'organization.created',
        'organization.suspended',
        'organization.resumed',
      ]);
    });

    test('a suspension between two steps of a call holds the second back', async () => {
      const answer = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const held = (_request: unknown, response: ServerResponse) => {
        asked.resolve();
        void answer.promise.then(() => {
          response.writeHead(200, { 'content-type': 'application/json' });
          response.end('{"contacts":[]}');
        });
      };
      crm.behave('GET /contacts', held, { times: 1 });
      await report(office, 'halved');
      await asked.promise;
      await admin('POST', '/suspend', {});
      answer.resolve();
      const lanes = () =>
        server.database.read
          .selectFrom('lane')
          .select('state')
          .where('organization_id', '=', office.organizationId)
          .execute();
      await vi.waitFor(async () => expect(await lanes()).toEqual([{ state: 'ready' }]), WAIT);
      await report(neighbour, `again beside ${office.organizationId}`);
      await vi.waitFor(() => expect(crm.calls[0]?.stopped).toBe(1), WAIT);

      expect(crm.calls).toHaveLength(1);
      await admin('POST', '/resume');
      await vi.waitFor(() => expect(crm.calls[1]?.stopped).toBe(1), WAIT);
    });

    test('is said once and undone once: repeats change nothing', async () => {
      await admin('POST', '/suspend', { reason: 'first' });
      const again = await admin('POST', '/suspend', { reason: 'second' });
      await admin('POST', '/resume');
      const resumed = await admin('POST', '/resume');

      expect(again.body).toMatchObject({ reason: 'first' });
      expect(resumed).toMatchObject({ status: 200, body: { state: 'active' } });
      expect(await deeds()).toHaveLength(3);
    });
  });

  describe('deleted', () => {
    test('only when it is suspended, and by its very name', async () => {
      const name = await nameOf();
      const working = await admin('POST', '/delete', { name });
      await admin('POST', '/suspend', {});
      const wrong = await admin('POST', '/delete', { name: `${name} ` });
      const foreign = await server.send(
        'POST',
        '/v1/organizations/01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10/delete',
        { key: server.adminKey, body: { name } },
      );

      expect([working.status, wrong.status, foreign.status]).toEqual([409, 409, 404]);
      expect((await admin('GET', '/state')).body).toMatchObject({ state: 'suspended' });
    });

    test('leaves no row in any table, no name in the audit, and its neighbour whole', async () => {
      await report(office, 'gone');
      await vi.waitFor(() => expect(crm.calls).toHaveLength(1), WAIT);
      await settled(neighbour);
      const theirs = await rowsOf(server.database, neighbour.organizationId);
      const name = await nameOf();
      await admin('POST', '/suspend', { reason: 'Ada left' });
      const begun = await admin('POST', '/delete', { name });

      expect(begun).toMatchObject({ status: 202, body: { state: 'deleting' } });
      await vi.waitFor(async () => expect((await admin('GET', '/state')).status).toBe(404), WAIT);
      const again = await admin('POST', '/delete', { name });
      for (const { status, body } of [again, await admin('GET', '/state')]) {
        expect(status).toBe(404);
        expect(textAt(body, 'detail')).toMatch(/^This organization is deleted, since 2/u);
      }
      const rows = await rowsOf(server.database, office.organizationId);
      expect(Object.values(rows).every((count) => count === 0)).toBe(true);
      const after = await rowsOf(server.database, neighbour.organizationId);
      expect(after).toEqual(theirs);
      expect((await server.send('GET', '/v1/calls', { key: office.key })).status).toBe(401);
      const kept = await server.database.read
        .selectFrom('audit_entry')
        .selectAll()
        .where('object_id', '=', office.organizationId)
        .execute();
      expect(kept).toHaveLength(1);
      expect(kept[0]).toMatchObject({ action: 'organization.deleted', organization_id: null });
      expect(kept[0]?.details).not.toContain(name);
      expect(kept[0]?.details).not.toContain('Ada');
      expect(JSON.parse(kept[0]?.details ?? '')).toMatchObject({ usage: [{ calls: 1 }] });
    });

    test('goes on where it was cut off, after any slice', async () => {
      const { database } = server;
      await report(office, 'one');
      await report(office, 'two');
      await vi.waitFor(() => expect(crm.calls).toHaveLength(2), WAIT);
      const scope = { organizationId: office.organizationId };
      const name = await nameOf();
      const ids = createIds({ clock: systemClock, randomBytes: (size) => new Uint8Array(size) });
      await suspendOrganization({ database, ids }, scope, { actor: 'test' });
      await beginDeletion({ database, ids }, scope, { name, actor: 'test' });
      const files: string[] = [];
      const removeFile = (file: string) => Promise.resolve(void files.push(file));

      let cuts = 0;
      for (let slices = 1; ; slices += 1) {
        let left = slices % 3;
        const reached = () => {
          if (left === 0) throw new Error('cut off');
          left -= 1;
        };
        const deps = { database, ids, removeFile };
        try {
          await deleteOrganization(cuts < 30 ? { ...deps, reached } : deps, office.organizationId);
          break;
        } catch {
          cuts += 1;
        }
      }

      expect(cuts).toBeGreaterThan(5);
      const rows = await rowsOf(database, office.organizationId);
      expect(Object.values(rows).every((count) => count === 0)).toBe(true);
    });

    test.each(['/v1/call-events', '/hooks/ringotel/'])(
      'takes no event by %s that it would throw away',
      async (door) => {
        await server.database.write(async (transaction) => {
          await transaction
            .insertInto('organization_hold')
            .values({
              organization_id: office.organizationId,
              state: 'deleting',
              reason: null,
              actor: 'test',
              since: server.database.now(),
              removed_rows: 0,
            })
            .execute();
        });
        const hook = {
          method: 'StartCallActivity',
          api_token: office.eventsKey,
          params: { call_id: 'late', extension: '101', activity_type: 'inbound' },
        };

        const { status, body } = door.startsWith('/v1')
          ? await report(office, 'late', 'ringing')
          : await server.send('POST', `${door}${office.phoneSystemId}`, { body: hook });

        expect({ status, body }).toMatchObject({
          status: 403,
          body: { code: 'organization_suspended' },
        });
      },
    );
  });

  test('exported: every kind of line, nothing foreign, no secret, and a count at the end', async () => {
    await report(office, 'told');
    await vi.waitFor(() => expect(crm.calls[0]?.stopped).toBe(1), WAIT);
    const sent = await admin('GET', '/export');

    expect(sent.type).toContain('application/x-ndjson');
    const lines = sent.text.trimEnd().split('\n');
    const parsed: readonly unknown[] = lines.map((line) => JSON.parse(line));
    expect(parsed[0]).toMatchObject({ record: 'export', organization_id: office.organizationId });
    expect(parsed.at(-1)).toEqual({ record: 'end', lines: lines.length });
    expect([...new Set(parsed.map((line) => textAt(line, 'record')))]).toEqual([
      ...['export', 'organization', 'phone_system', 'extension', 'api_key', 'integration'],
      ...['integration_version', 'connection', 'secret', 'user_link', 'call', 'call_event'],
      ...['lane', 'step', 'attempt', 'exchange', 'audit_entry', 'usage', 'end'],
    ]);
    expect(sent.text).not.toContain(crm.token);
    expect(sent.text).not.toContain(neighbour.connectionId);
    expect(parsed).toContainEqual(
      expect.objectContaining({
        record: 'secret',
        field: 'API token',
        updated_at: expect.any(String),
      }),
    );
    expect(await deeds()).toContain('organization.exported');
  });

  test('used: calls, steps and requests by month, also before and after they are summed up', async () => {
    await report(office, 'counted');
    await vi.waitFor(() => expect(crm.calls[0]?.stopped).toBe(1), WAIT);
    await server.send('GET', '/v1/contacts/identify?number=%2B442071838750', { key: office.key });
    const own = () =>
      server.send('GET', `/v1/organizations/${office.organizationId}/usage`, { key: office.key });
    await vi.waitFor(async () => {
      expect(valueAt((await own()).body, 'items', 0, 'lookups')).toBe(1);
      expect(valueAt((await own()).body, 'items', 0, 'delivered_steps')).toBe(3);
    }, WAIT);
    const before = await own();
    await Promise.all([sumUpUsage(server.database), sumUpUsage(server.database)]);
    const after = await own();

    expect(before.body).toMatchObject({
      items: [{ calls: 1, delivered_steps: 3, parked_steps: 0, crm_requests: 4, lookups: 1 }],
    });
    expect(after.body).toEqual(before.body);
    const all = await server.send('GET', '/v1/usage?from=2020-01&to=2099-12', {
      key: server.adminKey,
    });
    expect(textAt(all.body, 'items', 0, 'month')).toMatch(/^\d{4}-\d\d$/);
    const none = await server.send('GET', '/v1/usage?to=2020-01', { key: server.adminKey });
    expect(none.body).toEqual({ items: [] });
    const foreign = `/v1/organizations/${neighbour.organizationId}/usage`;
    expect((await server.send('GET', foreign, { key: office.key })).status).toBe(404);
  });
});

async function rowsOf(
  database: Database,
  organizationId: string,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const table of TABLES) {
    const { rows } = await sql<{ count: number }>`select count(*) as count
      from ${sql.table(table)} where organization_id = ${organizationId}`.execute(database.read);
    counts[table] = Number(rows[0]?.count);
  }
  return counts;
}
