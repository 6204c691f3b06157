import { beforeEach, expect, test } from 'vitest';

import { createVault } from '../../connections/vault.ts';
import { AppError } from '../../errors/app-error.ts';
import { createOrganization } from '../../organizations/organizations.ts';
import { listOrganizations } from '../../organizations/organizations-repository.ts';
import { ADMIN } from '../../organizations/scope.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import { createIdempotency, KEPT_MS, LOCK_MS } from './idempotency.ts';
import type { Idempotency, KeyedRequest } from './idempotency.ts';
import { findRequest } from './idempotency-repository.ts';

const REQUEST: KeyedRequest = {
  key: 'k-1',
  apiKeyId: 'api-key',
  organizationId: undefined,
  route: 'POST /v1/organizations',
  params: {},
  query: {},
  body: { name: 'Acme', password: 'correct horse' },
};
const ANSWER = { status: 201, headers: { etag: '"1"' }, body: '{"key":"pc_ev_secret"}' };
const randomBytes = (size: number) => crypto.getRandomValues(new Uint8Array(size));

describeDatabases('a request with an Idempotency-Key', (databases) => {
  let opened: Database;
  let later = 0;
  const ids = createIds({ clock: systemClock, randomBytes });

  /** One process: its own guard over the same database. */
  const process = (masterKey = 7): Idempotency => {
    const database = {
      ...opened,
      write: opened.write,
      now: () => opened.now() + later,
    };
    const bytes = new Uint8Array(32).fill(masterKey);
    const vault = createVault({ id: `key-${masterKey}`, bytes }, randomBytes);
    return createIdempotency({ database, vault, ids });
  };
  const create = (guard: Idempotency, name = 'Acme') =>
    createOrganization(
      { database: guard.database, ids },
      { name, country: 'GB', timezone: 'UTC', actor: 'test' },
    );
  const carryOut = (guard: Idempotency) => async () => {
    await create(guard);
    return ANSWER;
  };
  const count = async (): Promise<number> =>
    (await listOrganizations(opened.read, ADMIN, { limit: 200 })).items.length;

  beforeEach(async () => {
    opened = await databases.open();
    later = 0;
  });

  test('is carried out once, and answered again with the first answer', async () => {
    const first = await process().run(REQUEST, carryOut(process()));
    const guard = process();
    const made = await guard.run({ ...REQUEST, key: 'k-2' }, carryOut(guard));
    const again = await process().run({ ...REQUEST, key: 'k-2' }, carryOut(guard));

    expect(first).toEqual({ answer: ANSWER, replayed: false });
    expect(made).toEqual({ answer: ANSWER, replayed: false });
    expect(again).toEqual({ answer: ANSWER, replayed: true });
    expect(await count()).toBe(2);
  });

  test.each([
    ['another body', { body: { name: 'Other' } }],
    ['another route', { route: 'POST /v1/extensions' }],
    ['other parameters', { params: { id: 'x' } }],
  ])('is refused with %s', async (_name, change) => {
    const guard = process();
    await guard.run(REQUEST, carryOut(guard));

    const reused = guard.run({ ...REQUEST, ...change }, carryOut(guard));

    await expect(reused).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(await count()).toBe(1);
  });

  test.each([
    ['another API key', { apiKeyId: 'other' }],
    ['another organization', { organizationId: 'other' }],
    ['another key', { key: 'K-1' }],
  ])('is a new one with %s', async (_name, change) => {
    const guard = process();
    await guard.run(REQUEST, carryOut(guard));

    const other = await guard.run({ ...REQUEST, ...change }, carryOut(guard));

    expect(other.replayed).toBe(false);
    expect(await count()).toBe(2);
  });

  test('is refused while the first one runs, also by another process', async () => {
    const gate = Promise.withResolvers<void>();
    const guard = process();
    const first = guard.run(REQUEST, async () => {
      await gate.promise;
      await create(guard);
      return ANSWER;
    });
    const other = process();

    await expect(other.run(REQUEST, () => Promise.reject(new Error('ran')))).rejects.toMatchObject({
      code: 'idempotency_key_in_use',
    });

    gate.resolve();
    expect(await first).toEqual({ answer: ANSWER, replayed: false });
    expect((await other.run(REQUEST, carryOut(other))).replayed).toBe(true);
    expect(await count()).toBe(1);
  });

  test('of many at once is carried out once', async () => {
    const guards = Array.from({ length: 8 }, () => process());
    const results = await Promise.allSettled(
      guards.map((guard) => guard.run(REQUEST, carryOut(guard))),
    );

    const refused = results.filter((result) => result.status === 'rejected');
    expect(await count()).toBe(1);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: 'idempotency_key_in_use' });
    }
  });

  test('that failed without an effect is carried out anew', async () => {
    const guard = process();
    const refused = new AppError('invalid_request', 'No.');
    await expect(guard.run(REQUEST, () => Promise.reject(refused))).rejects.toBe(refused);

    const again = await guard.run(REQUEST, carryOut(guard));

    expect(again.replayed).toBe(false);
    expect(await count()).toBe(1);
  });

  test('that failed after its effect is not carried out again', async () => {
    const guard = process();
    const failed = guard.run(REQUEST, async () => {
      await create(guard);
      throw new AppError('internal', 'Afterwards.');
    });
    await expect(failed).rejects.toMatchObject({ code: 'internal' });

    const again = guard.run(REQUEST, carryOut(guard));

    await expect(again).rejects.toMatchObject({ code: 'idempotency_answer_lost' });
    expect(await count()).toBe(1);
  });

  test('whose process ended between effect and answer is not carried out again', async () => {
    const dying = process();
    const effect = Promise.withResolvers<void>();
    // Nothing comes after the effect: so it is when a process is killed.
    void dying.run(REQUEST, async () => {
      await create(dying);
      effect.resolve();
      return await new Promise<never>(() => {});
    });
    await effect.promise;
    const guard = process();

    await expect(guard.run(REQUEST, carryOut(guard))).rejects.toMatchObject({
      code: 'idempotency_key_in_use',
    });
    later = LOCK_MS;
    await expect(guard.run(REQUEST, carryOut(guard))).rejects.toMatchObject({
      code: 'idempotency_answer_lost',
    });

    expect(await count()).toBe(1);
  });

  test('whose process ended before its effect is carried out by the repeat, and by it alone', async () => {
    const slow = process();
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const first = slow.run(REQUEST, async () => {
      begun.resolve();
      await gate.promise;
      await create(slow);
      return ANSWER;
    });
    await begun.promise;
    later = LOCK_MS;
    const guard = process();

    const again = await guard.run(REQUEST, carryOut(guard));
    // The first one was not dead after all: its effect comes too late.
    gate.resolve();

    await expect(first).rejects.toMatchObject({ code: 'idempotency_key_in_use' });
    expect(again).toEqual({ answer: ANSWER, replayed: false });
    expect((await guard.run(REQUEST, carryOut(guard))).replayed).toBe(true);
    expect(await count()).toBe(1);
  });

  test('is not carried out again when the key that sealed its answer is gone', async () => {
    const guard = process(7);
    await guard.run(REQUEST, carryOut(guard));
    const rotated = process(8);

    await expect(rotated.run(REQUEST, carryOut(rotated))).rejects.toMatchObject({
      code: 'idempotency_answer_lost',
    });
    expect(await count()).toBe(1);
  });

  test('is forgotten after a day, and swept away', async () => {
    const guard = process();
    await guard.run(REQUEST, carryOut(guard));
    later = KEPT_MS;

    const next = await guard.run(REQUEST, carryOut(guard));
    later = 2 * KEPT_MS;
    await guard.sweep();
    const rows = await opened.read.selectFrom('idempotency').selectAll().execute();

    expect(next.replayed).toBe(false);
    expect(await count()).toBe(2);
    expect(rows).toEqual([]);
  });

  test('leaves nothing of its body, its answer or its key in the database', async () => {
    const guard = process();
    await guard.run({ ...REQUEST, key: 'my-own-key' }, carryOut(guard));
    const [row] = await opened.read.selectFrom('idempotency').selectAll().execute();
    const found = await findRequest(opened.read, row?.id ?? '');
    const text = JSON.stringify(found) + Buffer.from(found?.sealed ?? []).toString('latin1');

    expect(found).toMatchObject({ state: 'done', route: REQUEST.route });
    for (const secret of ['my-own-key', 'correct horse', 'pc_ev_secret']) {
      expect(text).not.toContain(secret);
    }
  });
});
