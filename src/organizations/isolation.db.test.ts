import { randomBytes } from 'node:crypto';

import { beforeAll, describe, expect, test } from 'vitest';

import { findApiKey, listApiKeys, revokeApiKey } from '../access/api-keys-repository.ts';
import { recordDeed } from '../access/audit.ts';
import { listAuditEntries } from '../access/audit-repository.ts';
import { createKey } from '../access/keys.ts';
import { setPaused, updateConnectionSettings } from '../connections/change-connection.ts';
import { readConnection } from '../connections/connection-view.ts';
import { createConnection } from '../connections/connections.ts';
import type { ConnectionDeps } from '../connections/connections.ts';
import { changeState } from '../connections/change-state.ts';
import {
  findConnection,
  findConnectionByExternalId,
  findConnectionState,
  findHealth,
  listConnections,
  updateConnection,
  updateConnectionHealth,
} from '../connections/connections-repository.ts';
import { createDocumentCache } from '../connections/document-cache.ts';
import { createIntegration, createIntegrationVersion } from '../connections/integrations.ts';
import {
  findIntegration,
  findIntegrationVersion,
  findOwnIntegration,
  listIntegrations,
} from '../connections/integrations-repository.ts';
import { createOpenConnections } from '../connections/open-connection.ts';
import {
  deleteSecrets,
  listSecretFields,
  listSecrets,
  putSecret,
} from '../connections/secrets-repository.ts';
import { EXAMPLE_DOCUMENT } from '../connections/testing/example-document.ts';
import { HEALTHY } from '../connections/transitions.ts';
import {
  deleteUserLink,
  deleteUserLinksOfExtension,
  findUserLink,
  findUserLinkByExternalId,
  findUserLinksByNumber,
  listUserLinks,
  putUserLink,
} from '../connections/user-links-repository.ts';
import { createVault } from '../connections/vault.ts';
import { compileDocument } from '../document/compile.ts';
import type { Database } from '../store/database.ts';
import type { Handle } from '../store/handle.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { createIds } from '../text/uuid.ts';
import { systemClock } from '../time/clock.ts';
import {
  deleteExtension,
  findExtension,
  findExtensionByExternalId,
  insertExtension,
  listExtensions,
  updateExtension,
} from './extensions-repository.ts';
import { createOrganization } from './organizations.ts';
import { findOwnOrganization } from './organizations-repository.ts';
import {
  findPhoneSystem,
  findPhoneSystemByExternalId,
  insertPhoneSystem,
  listPhoneSystems,
  renamePhoneSystem,
} from './phone-systems-repository.ts';
import { ADMIN } from './scope.ts';
import type { OrganizationScope } from './scope.ts';

const ACTOR = 'test';
const PAGE = { limit: 200 };
const LINK = {
  external_id: null,
  crm_user_id: '14',
  crm_user_name: null,
  locals: '{}',
  linked_at: 1,
};

/** Everything one organization owns, by id. */
interface Owned {
  readonly scope: OrganizationScope;
  readonly phoneSystemId: string;
  readonly extensionId: string;
  readonly keyId: string;
  readonly integrationId: string;
  readonly connectionId: string;
}

describeDatabases('isolation', (databases) => {
  let database: Database;
  let deps: ConnectionDeps;
  let mine: Owned;
  let theirs: Owned;
  const ids = createIds({ clock: systemClock, randomBytes });

  beforeAll(async () => {
    database = await databases.open();
    const vault = createVault({ id: 'aaaa', bytes: new Uint8Array(32) }, randomBytes);
    const documents = createDocumentCache(compileDocument);
    deps = { database, ids, vault, documents, checkUrl: () => ({ ok: true }) };
    mine = await createOwned();
    theirs = await createOwned();
  });

  async function createOwned(): Promise<Owned> {
    const place = { country: 'GB', timezone: 'UTC', actor: ACTOR };
    const scope = {
      organizationId: (await createOrganization(deps, { name: 'Acme', ...place })).id,
    };
    const [phoneSystemId, extensionId] = [ids.next(), ids.next()];
    await database.write(async (transaction) => {
      await insertPhoneSystem(transaction, scope, {
        id: phoneSystemId,
        external_id: phoneSystemId,
        name: 'PBX',
        created_at: 1,
      });
      const person = { external_id: extensionId, name: null, email: null, created_at: 1 };
      await insertExtension(transaction, scope, { id: extensionId, number: '101', ...person });
    });
    const request = { name: 'k', scope: 'events', phoneSystemId, actor: ACTOR } as const;
    const key = await createKey({ ...deps, randomBytes }, scope, request);
    const integration = await createIntegration({ ...deps, compile: compileDocument }, scope, {
      document: EXAMPLE_DOCUMENT,
      actor: ACTOR,
    });
    const connection = await createConnection(deps, scope, {
      integrationId: integration.id,
      externalId: integration.id,
      properties: { 'Instance URL': 'https://crm.example.com', 'API key': 'secret' },
      actor: ACTOR,
    });
    const connectionId = connection.row.id;
    await database.write((transaction) =>
      putUserLink(transaction, scope, {
        connection_id: connectionId,
        extension_id: extensionId,
        ...LINK,
        external_id: connectionId,
      }),
    );
    return {
      scope,
      phoneSystemId,
      extensionId,
      keyId: key.row.id,
      integrationId: integration.id,
      connectionId,
    };
  }

  type Call = (handle: Handle, scope: OrganizationScope, of: Owned) => Promise<unknown>;

  /** Each reading function, called for an owner's things; what it gives where there is nothing. */
  const READS: readonly (readonly [string, Call, unknown])[] = [
    [
      'findPhoneSystem',
      (handle, scope, of) => findPhoneSystem(handle, scope, of.phoneSystemId),
      undefined,
    ],
    [
      'findExtension',
      (handle, scope, of) => findExtension(handle, scope, of.extensionId),
      undefined,
    ],
    [
      'findPhoneSystemByExternalId',
      (handle, scope, of) => findPhoneSystemByExternalId(handle, scope, of.phoneSystemId),
      undefined,
    ],
    [
      'findExtensionByExternalId',
      (handle, scope, of) => findExtensionByExternalId(handle, scope, of.extensionId),
      undefined,
    ],
    [
      'findConnectionByExternalId',
      (handle, scope, of) => findConnectionByExternalId(handle, scope, of.integrationId),
      undefined,
    ],
    [
      'findUserLinkByExternalId',
      (handle, scope, of) => findUserLinkByExternalId(handle, scope, of.connectionId),
      undefined,
    ],
    ['findApiKey', (handle, scope, of) => findApiKey(handle, scope, of.keyId), undefined],
    [
      'findIntegration',
      (handle, scope, of) => findIntegration(handle, scope, of.integrationId),
      undefined,
    ],
    [
      'findIntegrationVersion',
      (handle, scope, of) =>
        findIntegrationVersion(handle, scope, { integrationId: of.integrationId, number: 1 }),
      undefined,
    ],
    [
      'findConnection',
      (handle, scope, of) => findConnection(handle, scope, of.connectionId),
      undefined,
    ],
    [
      'findConnectionState',
      (handle, scope, of) => findConnectionState(handle, scope, of.connectionId),
      undefined,
    ],
    ['findHealth', (handle, scope, of) => findHealth(handle, scope, of.connectionId), undefined],
    ['listSecrets', (handle, scope, of) => listSecrets(handle, scope, of.connectionId), []],
    [
      'listSecretFields',
      (handle, scope, of) => listSecretFields(handle, scope, [of.connectionId]),
      [],
    ],
    ['findUserLink', (handle, scope, of) => findUserLink(handle, scope, of), undefined],
    [
      'findUserLinksByNumber',
      (handle, scope, of) =>
        findUserLinksByNumber(handle, scope, {
          connectionIds: [of.connectionId],
          numbers: ['101'],
        }),
      [],
    ],
    [
      'listUserLinks',
      async (handle, scope, of) =>
        (await listUserLinks(handle, scope, { connectionId: of.connectionId, page: PAGE })).items,
      [],
    ],
  ];

  test.each(READS)('%s finds what is the own and nothing foreign', async (_name, call, nothing) => {
    expect(await call(database.read, mine.scope, mine)).not.toEqual(nothing);
    expect(await call(database.read, mine.scope, theirs)).toEqual(nothing);
  });

  test.each([
    ['listPhoneSystems', listPhoneSystems],
    ['listExtensions', listExtensions],
    ['listApiKeys', listApiKeys],
    ['listIntegrations', listIntegrations],
    ['listConnections', listConnections],
    ['listAuditEntries', listAuditEntries],
  ] as const)('%s lists the own rows only', async (_name, list) => {
    const { items } = await list(database.read, mine.scope, PAGE);

    const owners = new Set(items.map((item) => item.organization_id));
    expect(owners).toEqual(new Set([mine.scope.organizationId]));
  });

  test("an organization's phone system is none of the operator's shared ones", async () => {
    const found = await findPhoneSystem(database.read, ADMIN, mine.phoneSystemId);
    const named = await findPhoneSystemByExternalId(database.read, ADMIN, mine.phoneSystemId);
    const { items } = await listPhoneSystems(database.read, ADMIN, PAGE);
    await database.write((transaction) =>
      renamePhoneSystem(transaction, ADMIN, { id: mine.phoneSystemId, name: 'x' }),
    );
    const after = await findPhoneSystem(database.read, mine.scope, mine.phoneSystemId);

    expect([found, named, items]).toEqual([undefined, undefined, []]);
    expect(after).toMatchObject({ name: 'PBX' });
  });

  test('findOwnOrganization and findOwnIntegration know no other organization', async () => {
    const own = await findOwnOrganization(database.read, mine.scope);
    const integration = await findOwnIntegration(database.read, mine.scope, 'example');

    expect(own?.id).toBe(mine.scope.organizationId);
    expect(integration?.id).toBe(mine.integrationId);
  });

  describe('writing to foreign things changes nothing', () => {
    async function snapshot(): Promise<unknown> {
      const tables = [
        'api_key',
        'connection',
        'secret',
        'user_link',
        'extension',
        'phone_system',
        'integration_version',
      ] as const;
      const rows = [];
      for (const table of tables) {
        rows.push(
          await database.read
            .selectFrom(table)
            .selectAll()
            .where('organization_id', '=', theirs.scope.organizationId)
            .execute(),
        );
      }
      return rows;
    }

    const sealed = { keyId: 'aaaa', nonce: new Uint8Array(12), sealed: new Uint8Array(20), now: 1 };
    const health = { ...HEALTHY, state: 'paused', reason: 'x' } as const;
    const WRITES: readonly (readonly [string, Call, unknown])[] = [
      [
        'revokeApiKey',
        (handle, scope, of) => revokeApiKey(handle, scope, { id: of.keyId, now: 1 }),
        false,
      ],
      [
        'updateExtension',
        (handle, scope, of) =>
          updateExtension(handle, scope, {
            id: of.extensionId,
            external_id: 'x',
            number: '666',
            name: 'x',
            email: null,
          }),
        undefined,
      ],
      [
        'renamePhoneSystem',
        (handle, scope, of) =>
          renamePhoneSystem(handle, scope, { id: of.phoneSystemId, name: 'x' }),
        undefined,
      ],
      [
        'deleteExtension',
        (handle, scope, of) => deleteExtension(handle, scope, of.extensionId),
        false,
      ],
      [
        'updateConnection',
        (handle, scope, of) =>
          updateConnection(handle, scope, {
            id: of.connectionId,
            revision: 1,
            name: 'x',
            integration_version_id: 'x',
            properties: '{}',
            options: '{}',
            updated_at: 1,
          }),
        false,
      ],
      [
        'updateConnectionHealth',
        (handle, scope, of) =>
          updateConnectionHealth(handle, scope, {
            id: of.connectionId,
            before: HEALTHY,
            after: health,
            since: 1,
          }),
        false,
      ],
      [
        'changeState',
        (handle, scope, of) =>
          changeState(handle, scope, {
            connectionId: of.connectionId,
            event: { kind: 'pause', reason: 'x' },
            now: 1,
          }),
        undefined,
      ],
      [
        'deleteSecrets',
        (handle, scope, of) =>
          deleteSecrets(handle, scope, { connectionId: of.connectionId, fields: ['API key'] }),
        undefined,
      ],
      ['deleteUserLink', (handle, scope, of) => deleteUserLink(handle, scope, of), false],
      [
        'deleteUserLinksOfExtension',
        (handle, scope, of) => deleteUserLinksOfExtension(handle, scope, of.extensionId),
        undefined,
      ],
    ];
    test.each(WRITES)('%s', async (_name, call, nothing) => {
      const before = await snapshot();

      const answer = await database.write((transaction) => call(transaction, mine.scope, theirs));

      expect(answer).toEqual(nothing);
      expect(await snapshot()).toEqual(before);
    });

    const REFUSED: readonly (readonly [string, Call])[] = [
      [
        'putSecret',
        (handle, scope, of) =>
          putSecret(handle, scope, { ...sealed, connectionId: of.connectionId, field: 'New' }),
      ],
      [
        'putUserLink on a foreign connection',
        (handle, scope, of) =>
          putUserLink(handle, scope, {
            connection_id: of.connectionId,
            extension_id: mine.extensionId,
            ...LINK,
          }),
      ],
      [
        'putUserLink of a foreign extension',
        (handle, scope, of) =>
          putUserLink(handle, scope, {
            connection_id: mine.connectionId,
            extension_id: of.extensionId,
            ...LINK,
          }),
      ],
    ];
    test.each(REFUSED)('%s is refused by the database itself', async (_name, call) => {
      const before = await snapshot();

      const write = database.write((transaction) => call(transaction, mine.scope, theirs));

      await expect(write).rejects.toMatchObject({ code: 'conflict' });
      expect(await snapshot()).toEqual(before);
    });

    test('a foreign secret is not overwritten where the key of its row is the same', async () => {
      const before = await snapshot();

      await database
        .write((transaction) =>
          putSecret(transaction, mine.scope, {
            ...sealed,
            connectionId: theirs.connectionId,
            field: 'API key',
          }),
        )
        .catch(() => {});

      expect(await snapshot()).toEqual(before);
    });
  });

  test.each([
    ['readConnection', () => readConnection(deps, mine.scope, theirs.connectionId)],
    [
      'updateConnectionSettings',
      () =>
        updateConnectionSettings(deps, mine.scope, {
          id: theirs.connectionId,
          revision: 1,
          name: 'x',
          actor: ACTOR,
        }),
    ],
    [
      'setPaused',
      () => setPaused(deps, mine.scope, { id: theirs.connectionId, paused: true, actor: ACTOR }),
    ],
    [
      'createConnection',
      () =>
        createConnection(deps, mine.scope, {
          integrationId: theirs.integrationId,
          properties: {},
          actor: ACTOR,
        }),
    ],
    [
      'createIntegrationVersion',
      () =>
        createIntegrationVersion({ ...deps, compile: compileDocument }, mine.scope, {
          integrationId: theirs.integrationId,
          document: EXAMPLE_DOCUMENT,
          actor: ACTOR,
        }),
    ],
    ['open', () => createOpenConnections(deps).open(mine.scope, theirs.connectionId)],
  ])('%s answers not_found for a foreign id, as for a missing one', async (_name, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'not_found' });
  });

  test('an audit entry stands in the transaction of its deed', async () => {
    const before = (await listAuditEntries(database.read, mine.scope, PAGE)).items.length;

    await database
      .write(async (transaction) => {
        const deed = { ids, actor: ACTOR, action: 'a', objectKind: 'k', objectId: 'o', at: 1 };
        await recordDeed(transaction, mine.scope, deed);
        throw new Error('undone');
      })
      .catch(() => {});

    expect((await listAuditEntries(database.read, mine.scope, PAGE)).items).toHaveLength(before);
  });
});
