import { randomBytes } from 'node:crypto';

import { beforeEach, describe, expect, test } from 'vitest';

import { countSealed } from '../../connections/count-sealed.ts';
import { openKeyring } from '../../connections/keyring.ts';
import { finishRotation, rotateKeys } from '../../connections/rotation.ts';
import { createVault } from '../../connections/vault.ts';
import { createPhoneSystem } from '../../organizations/create-phone-system.ts';
import { createOrganization } from '../../organizations/organizations.ts';
import { ADMIN } from '../../organizations/scope.ts';
import type { AdminScope, OrganizationScope } from '../../organizations/scope.ts';
import { selectSigningSecrets } from '../../organizations/signing-secrets-repository.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import { applyRetention } from '../retention.ts';
import { MESSAGE_KEPT_MS } from './signed-intake.ts';
import { findSignedMessage, putSignedMessage } from './signed-messages-repository.ts';
import { readSigningSecret } from './signing-secret.ts';
import { createSigningSecret, openSigningSecret } from './signing-secrets.ts';

const key = (fill: number) => ({ id: `master-${fill}`, bytes: new Uint8Array(32).fill(fill) });

describeDatabases('the signing secrets of a phone system', (databases) => {
  const ids = createIds({ clock: systemClock, randomBytes });
  let database: Database;
  let own: OrganizationScope;

  beforeEach(async () => {
    database = await databases.open();
    const made = await createOrganization(
      { database, ids },
      { name: 'Acme', country: 'GB', timezone: 'UTC', actor: 'test' },
    );
    own = { organizationId: made.id };
  });

  describe.each([
    ['of an organization', (): OrganizationScope | AdminScope => own],
    ['that is shared', (): OrganizationScope | AdminScope => ADMIN],
  ])('%s', (_name, scope) => {
    test('are sealed for it alone, and sealed again when keys change', async () => {
      const keyring = await openKeyring({ database, masterKey: key(1), randomBytes });
      const deps = { database, ids, randomBytes, vault: createVault(keyring, randomBytes) };
      const whose = scope();
      const request = { name: 'PBX', actor: 'test' };
      const { id } = await createPhoneSystem(deps, whose, request);
      const { secret, row } = await createSigningSecret(deps, whose, {
        phoneSystemId: id,
        actor: 'test',
      });
      await rotateKeys({
        ...{ database, keyring, newMasterKey: key(2), randomBytes },
        sleep: () => Promise.resolve(),
        alone: true,
      });
      await finishRotation({ database, newMasterKey: key(2) });
      const ring = await openKeyring({ database, masterKey: key(2), randomBytes });
      const [after] = await selectSigningSecrets(database.read, whose, id);

      expect(Buffer.from(row.sealed).toString('latin1')).not.toContain(secret);
      expect(after?.key_id).toBe(ring.current().id);
      expect(await countSealed(database.read, ring)).toEqual({ opened: 1, broken: [] });
      if (after === undefined) throw new Error('The secret is gone.');
      const vault = createVault(ring, randomBytes);
      expect(openSigningSecret(vault, after)).toEqual(readSigningSecret(secret));
      const moved = { ...after, phone_system_id: 'another' };
      expect(() => openSigningSecret(vault, moved)).toThrow(/cannot be opened/);
    });
  });

  test('are two at most, however many are asked for at once', async () => {
    const keyring = await openKeyring({ database, masterKey: key(1), randomBytes });
    const deps = { database, ids, randomBytes, vault: createVault(keyring, randomBytes) };
    const { id } = await createPhoneSystem(deps, own, { name: 'PBX', actor: 'test' });
    const made = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        createSigningSecret(deps, own, { phoneSystemId: id, actor: 'test' }),
      ),
    );

    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(await selectSigningSecrets(database.read, own, id)).toHaveLength(2);
  });
});

describeDatabases('the ids of signed messages', (databases) => {
  test('are kept for a day', async () => {
    const database = await databases.open();
    const now = database.now();
    const keep = (message_id: string, received_at: number): Promise<void> =>
      database.write((transaction) =>
        putSignedMessage(transaction, {
          ...{ phone_system_id: 'p', message_id, organization_id: null },
          ...{ digest: '', call_ids: '[]', received_at },
        }),
      );
    await keep('young', now - MESSAGE_KEPT_MS + 60_000);
    const old = Array.from({ length: 502 }, (_, at) => `old-${at}`);
    await Promise.all(old.map((id) => keep(id, now - MESSAGE_KEPT_MS - 1)));

    expect(await applyRetention(database)).toBe(502);

    const find = (message_id: string) =>
      findSignedMessage(database.read, { phone_system_id: 'p', message_id });
    expect(await find('young')).toMatchObject({ message_id: 'young' });
    expect(await find('old-1')).toBeUndefined();
  });
});
