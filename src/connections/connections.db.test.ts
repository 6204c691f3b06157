import { randomBytes } from 'node:crypto';

import { beforeAll, expect, test } from 'vitest';

import { compileDocument } from '../document/compile.ts';
import { AppError } from '../errors/app-error.ts';
import { createOrganization } from '../organizations/organizations.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import { setPaused, updateConnectionSettings } from './change-connection.ts';
import { changeState } from './change-state.ts';
import { readConnection, readConnections } from './connection-view.ts';
import { createConnection } from './connections.ts';
import type { ConnectionDeps } from './connections.ts';
import { createDocumentCache } from './document-cache.ts';
import { createIntegration, createIntegrationVersion, shipIntegration } from './integrations.ts';
import { findIntegration, listIntegrations } from './integrations-repository.ts';
import { createOpenConnections } from './open-connection.ts';
import { EXAMPLE_DOCUMENT } from './testing/example-document.ts';
import { createVault } from './vault.ts';

const ACTOR = 'test';
const PROPERTIES = { 'Instance URL': 'https://crm.example.com', 'API key': 'hunter2-secret' };

describeDatabases('connections', (databases) => {
  let database: Database;
  let deps: ConnectionDeps;
  const ids = createIds({ clock: systemClock, randomBytes });
  const vault = createVault({ id: 'aaaa', bytes: new Uint8Array(32).fill(7) }, randomBytes);
  const compile = compileDocument;

  beforeAll(async () => {
    database = await databases.open();
    const documents = createDocumentCache(compile);
    const checkUrl = (url: string) =>
      url.includes('10.0.0.1')
        ? {
            ok: false as const,
            reason: '10.0.0.1 is private; the operator can allow it: EGRESS_ALLOW=10.0.0.1:443',
            setting: 'EGRESS_ALLOW=10.0.0.1:443',
          }
        : { ok: true as const };
    deps = { database, ids, vault, documents, checkUrl };
  });

  async function newScope(): Promise<OrganizationScope> {
    const request = { name: 'Acme', country: 'GB', timezone: 'Europe/London', actor: ACTOR };
    return { organizationId: (await createOrganization({ database, ids }, request)).id };
  }

  async function newConnection(properties: Record<string, string> = PROPERTIES) {
    const scope = await newScope();
    const integration = await createIntegration({ database, ids, compile }, scope, {
      document: EXAMPLE_DOCUMENT,
      actor: ACTOR,
    });
    const request = { integrationId: integration.id, properties, actor: ACTOR };
    return { scope, integration, created: await createConnection(deps, scope, request) };
  }

  test('a connection shows its values and options, and of secrets only that they are set', async () => {
    const { scope, created } = await newConnection();

    const view = await readConnection(deps, scope, created.row.id);

    expect(view).toMatchObject({
      row: { name: 'Example CRM', state: 'active', revision: 1, integration_number: 1 },
      secretsSet: ['API key'],
      origins: ['https://crm.example.com'],
      rules: { options: { log_inbound: true, log_internal: false, concurrency: 4 }, from: {} },
    });
    expect([...view.properties]).toEqual([['Instance URL', 'https://crm.example.com']]);
    expect(JSON.stringify([view, [...view.properties]])).not.toContain('hunter2');
    const listed = await readConnections(deps, scope, { limit: 10 });
    expect(listed.items.map((item) => item.secretsSet)).toEqual([['API key']]);
  });

  test('no secret is anywhere in the database in readable form', async () => {
    const { scope, created } = await newConnection();

    const row = await database.read
      .selectFrom('secret')
      .selectAll()
      .where('connection_id', '=', created.row.id)
      .executeTakeFirstOrThrow();

    expect(Buffer.from(row.sealed).toString('latin1')).not.toContain('hunter2');
    expect(row.organization_id).toBe(scope.organizationId);
    const audit = await database.read.selectFrom('audit_entry').selectAll().execute();
    expect(JSON.stringify(audit)).not.toContain('hunter2');
  });

  test.each([
    ['a missing value', { 'API key': 'k' }, ["'Instance URL' needs a value."]],
    ['an unknown label', { ...PROPERTIES, Colour: 'red' }, [/no property 'Colour'/]],
    [
      'a URL without scheme',
      { ...PROPERTIES, 'Instance URL': 'crm.example.com' },
      [/complete URL/],
    ],
    [
      'an address that is closed',
      { ...PROPERTIES, 'Instance URL': 'https://10.0.0.1' },
      [/EGRESS_ALLOW=10\.0\.0\.1:443/],
    ],
    [
      'a choice that is none',
      { ...PROPERTIES, Queue: 'Sport' },
      ["'Queue' must be one of 'Sales', 'Support'."],
    ],
    ['a number that is none', { ...PROPERTIES, 'Page size': '0x10' }, [/must be a number/]],
    [
      'a value beside the pattern',
      { ...PROPERTIES, Code: 'AB12x' },
      [/does not match the pattern/],
    ],
    [
      'several at once',
      { 'Instance URL': 'x', Queue: 'Sport' },
      [/complete URL/, /'API key' needs/, /'Queue' must/],
    ],
  ])('a connection with %s is refused in words', async (_name, properties, expected) => {
    await expect(newConnection(properties)).rejects.toMatchObject({
      code: 'invalid_request',
      details: {
        problems: expected.map((message) => ({ message: expect.stringMatching(message) })),
      },
    });
  });

  test('a change is merged by key, raises the revision and needs the present one', async () => {
    const { scope, created } = await newConnection({ ...PROPERTIES, Queue: 'Sales' });
    const { id } = created.row;
    const change = { id, revision: 1, actor: ACTOR };

    const view = await updateConnectionSettings(deps, scope, {
      ...change,
      properties: { Queue: '', 'Page size': '10' },
      options: { log_internal: true, concurrency: 2 },
      name: 'Desk',
    });

    expect(view.row).toMatchObject({ revision: 2, name: 'Desk' });
    expect(Object.fromEntries(view.properties)).toEqual({
      'Instance URL': 'https://crm.example.com',
      'Page size': '10',
    });
    expect(view.secretsSet).toEqual(['API key']);
    expect(view.rules.options).toMatchObject({
      log_internal: true,
      concurrency: 2,
      log_missed: true,
    });
    await expect(updateConnectionSettings(deps, scope, change)).rejects.toMatchObject({
      code: 'precondition_failed',
    });
    const back = { ...change, revision: 2, options: { concurrency: null } };
    expect((await updateConnectionSettings(deps, scope, back)).rules.options.concurrency).toBe(4);
  });

  test.each([
    ['unknown', { colour: 'red' }],
    ['of the wrong type', { log_inbound: 'yes' }],
    ['out of bounds', { concurrency: 0 }],
    ['no owner', { owner_without_link: 'user:' }],
    ['no zone', { timezone: 'Mars/Olympus' }],
  ])('an option that is %s is refused and nothing is changed', async (_name, options) => {
    const { scope, created } = await newConnection();
    const change = { id: created.row.id, revision: 1, options, actor: ACTOR };

    await expect(updateConnectionSettings(deps, scope, change)).rejects.toMatchObject({
      code: 'invalid_request',
    });

    expect((await readConnection(deps, scope, created.row.id)).row.revision).toBe(1);
  });

  test('opening gives secrets, defaults, country and origins, and follows each revision', async () => {
    const { scope, created } = await newConnection();
    const registered: string[] = [];
    const opener = createOpenConnections({
      database,
      vault,
      documents: deps.documents,
      registerSecret: (secret) => registered.push(secret),
    });
    const { id } = created.row;

    const first = await opener.open(scope, id);
    const second = await opener.open(scope, id);
    await updateConnectionSettings(deps, scope, {
      id,
      revision: 1,
      properties: { 'API key': 'new-secret' },
      options: { country: 'DE' },
      actor: ACTOR,
    });
    const third = await opener.open(scope, id);

    expect(first).toMatchObject({
      properties: { ...PROPERTIES, 'Page size': '50' },
      country: 'GB',
      timezone: 'Europe/London',
      origins: ['https://crm.example.com'],
      secrets: ['hunter2-secret'],
      state: 'active',
    });
    expect(second.document).toBe(first.document);
    expect(third).toMatchObject({ revision: 2, country: 'DE', secrets: ['new-secret'] });
    expect(registered).toEqual(['hunter2-secret', 'new-secret']);
  });

  test('new credentials mend a refused connection but end no pause', async () => {
    const { scope, created } = await newConnection();
    const { id } = created.row;
    const event = { kind: 'unauthorized', reason: '401 from the CRM' } as const;
    await database.write((transaction) =>
      changeState(transaction, scope, { connectionId: id, event, now: 5 }),
    );
    expect((await readConnection(deps, scope, id)).row).toMatchObject({
      state: 'needs_auth',
      state_reason: '401 from the CRM',
      state_since: 5,
      revision: 1,
    });

    const mended = await updateConnectionSettings(deps, scope, {
      id,
      revision: 1,
      properties: { 'API key': 'better' },
      actor: ACTOR,
    });
    const paused = await setPaused(deps, scope, { id, paused: true, actor: ACTOR });
    const saved = await updateConnectionSettings(deps, scope, {
      id,
      revision: 2,
      properties: { 'API key': 'best' },
      actor: ACTOR,
    });
    const resumed = await setPaused(deps, scope, { id, paused: false, actor: ACTOR });

    expect([mended, paused, saved, resumed].map((view) => view.row.state)).toEqual([
      'active',
      'paused',
      'paused',
      'active',
    ]);
  });

  test('a new version waits until the connection is moved, and loses no secret', async () => {
    const { scope, integration, created } = await newConnection();
    const newer = EXAMPLE_DOCUMENT.replace('/api/users', '/api/v2/users');
    const deps2 = { database, ids, compile };
    const publication = { integrationId: integration.id, document: newer, actor: ACTOR };

    const version = await createIntegrationVersion(deps2, scope, publication);
    const again = await createIntegrationVersion(deps2, scope, publication);
    const before = await readConnection(deps, scope, created.row.id);
    const moved = await updateConnectionSettings(deps, scope, {
      id: created.row.id,
      revision: 1,
      integrationVersion: 2,
      actor: ACTOR,
    });

    expect([version.number, again.number]).toEqual([2, 2]);
    expect(before.row.integration_number).toBe(1);
    expect(moved.row).toMatchObject({ integration_number: 2, document: newer, revision: 2 });
    expect(moved.secretsSet).toEqual(['API key']);
  });

  test('no change leads a stored secret to a new address unless the secret comes along', async () => {
    const { scope, integration, created } = await newConnection();
    const elsewhere = { 'Instance URL': 'https://elsewhere.example' };
    const moving = EXAMPLE_DOCUMENT.replace('"$Instance URL$"', '"https://elsewhere.example"');
    await createIntegrationVersion({ database, ids, compile }, scope, {
      integrationId: integration.id,
      document: moving,
      actor: ACTOR,
    });
    const change = { id: created.row.id, revision: 1, actor: ACTOR };
    const refusal = {
      code: 'origins_changed',
      message: expect.stringContaining('https://elsewhere.example'),
      details: { origins: ['https://elsewhere.example'], secrets: ['API key'] },
    };

    for (const move of [{ properties: elsewhere }, { integrationVersion: 2 }]) {
      await expect(
        updateConnectionSettings(deps, scope, { ...change, ...move }),
      ).rejects.toMatchObject(refusal);
    }
    const before = await readConnection(deps, scope, created.row.id);
    const properties = { ...elsewhere, 'API key': 'hunter2-secret' };
    const moved = await updateConnectionSettings(deps, scope, { ...change, properties });

    expect(before.row.revision).toBe(1);
    expect(before.origins).toEqual(['https://crm.example.com']);
    expect(moved.origins).toEqual(['https://elsewhere.example']);
  });

  test('a version that declares a secret to be none does not show the stored one', async () => {
    const { scope, integration, created } = await newConnection();
    const showing = EXAMPLE_DOCUMENT.replace(
      '"label":"API key","type":"secret"',
      '"label":"API key","type":"text","required":false',
    ).replace('"auth":{"type":"Bearer","token":"$API key$"},', '');
    await createIntegrationVersion({ database, ids, compile }, scope, {
      integrationId: integration.id,
      document: showing,
      actor: ACTOR,
    });

    const view = await updateConnectionSettings(deps, scope, {
      id: created.row.id,
      revision: 1,
      integrationVersion: 2,
      actor: ACTOR,
    });

    expect([...view.properties.keys()]).toEqual(['Instance URL']);
    expect(view.secretsSet).toEqual([]);
  });

  test('documents are kept as written; wrong ones and foreign ids are refused', async () => {
    const { scope, integration } = await newConnection();
    const deps2 = { database, ids, compile };

    const found = await findIntegration(database.read, scope, integration.id);

    expect(found?.document).toBe(EXAMPLE_DOCUMENT);
    await expect(
      createIntegration(deps2, scope, { document: EXAMPLE_DOCUMENT, actor: ACTOR }),
    ).rejects.toMatchObject({ code: 'conflict', details: { integration_id: integration.id } });
    await expect(
      createIntegration(deps2, scope, { document: '{', actor: ACTOR }),
    ).rejects.toMatchObject({ code: 'document_invalid' });
    const other = EXAMPLE_DOCUMENT.replace('"example"', '"other"');
    await expect(
      createIntegrationVersion(deps2, scope, {
        integrationId: integration.id,
        document: other,
        actor: ACTOR,
      }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  test('a shipped integration is there for all, in its newest form, once', async () => {
    const shipped = EXAMPLE_DOCUMENT.replace('"example"', '"shipped"');
    const deps2 = { database, ids, compile };

    await shipIntegration(deps2, ADMIN, shipped);
    await shipIntegration(deps2, ADMIN, shipped);
    await shipIntegration(deps2, ADMIN, shipped.replace('/api/users', '/api/v2/users'));

    const [one, two] = [await newScope(), await newScope()];
    for (const scope of [one, two]) {
      const { items } = await listIntegrations(database.read, scope, { limit: 10 });
      expect(items).toMatchObject([{ document_id: 'shipped', number: 2, organization_id: null }]);
    }
  });

  test('an integration that two nodes ship at one moment is shipped by both', async () => {
    const shipped = EXAMPLE_DOCUMENT.replace('"example"', '"raced"');
    let isFirst = true;
    const raced: Database = {
      ...database,
      now: () => database.now(),
      write: async (job) => {
        if (!isFirst) return await database.write(job);
        isFirst = false;
        // The other node commits between this one's look and its insert.
        await shipIntegration({ database, ids, compile }, ADMIN, shipped);
        throw new AppError('conflict', 'What was to be written exists already.');
      },
    };

    await shipIntegration({ database: raced, ids, compile }, ADMIN, shipped);

    const { items } = await listIntegrations(database.read, await newScope(), { limit: 10 });
    expect(items.filter((item) => item.document_id === 'raced')).toMatchObject([{ number: 1 }]);
  });
});
