import { randomBytes } from 'node:crypto';

import { beforeEach, expect, test } from 'vitest';

import { compileDocument } from '../../document/compile.ts';
import type { EgressRequest } from '../../http/egress-request.ts';
import type { EgressResult } from '../../http/egress.ts';
import { createOrganization } from '../../organizations/organizations.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import type { Clock } from '../../time/clock.ts';
import { createIntegration, createIntegrationVersion } from '../integrations.ts';
import { EXAMPLE_DOCUMENT } from '../testing/example-document.ts';
import { createLogoKeeper, keepLogos } from './logo-keeper.ts';
import { logoOf } from './logo-of.ts';
import { findLogo, findLogos } from './logos-repository.ts';

const ACTOR = 'test';
const HOUR = 60 * 60_000;
const [PNG, GIF] = ['\u0089PNG\r\n\u001a\n', 'GIF89a'].map((text) => Buffer.from(text, 'latin1'));

/** The document with a logo of this name, or without one. */
function documentWith(logo?: string): string {
  const address = logo === undefined ? {} : { logo: `https://pictures.example.com/${logo}` };
  return JSON.stringify({ ...JSON.parse(EXAMPLE_DOCUMENT), ...address });
}

describeDatabases('the keeper of logos', (databases) => {
  let database: Database;
  let time = Date.UTC(2026, 2, 2);
  const clock: Clock = { ...systemClock, now: () => time };
  const ids = createIds({ clock: systemClock, randomBytes });
  /** What each picture's server answers; addresses that were asked. */
  let answers: Record<string, Buffer | number | undefined>;
  let asked: string[];

  const send = async (request: EgressRequest): Promise<EgressResult> => {
    const name = request.url.split('/').at(-1) ?? '';
    asked.push(name);
    const answer = answers[name] ?? 404;
    const of = { kind: 'response' as const, headers: {}, url: request.url, durationMs: 1 };
    if (typeof answer === 'number') return { ...of, status: answer, body: new Uint8Array() };
    await request.download?.write(answer);
    return { ...of, status: 200, body: new Uint8Array() };
  };
  const keep = async (): Promise<void> => {
    const log = { warn: () => undefined };
    const deps = { database, egress: { send }, clock, logoOf, log };
    await keepLogos(deps, new AbortController().signal);
  };

  beforeEach(async () => {
    time = Date.UTC(2026, 2, 2);
    [answers, asked] = [{}, []];
    // Each test looks at all integrations that there are.
    database = await databases.open({ clock });
  });

  async function newScope(): Promise<OrganizationScope> {
    const request = { name: 'Acme', country: 'GB', timezone: 'Europe/London', actor: ACTOR };
    return { organizationId: (await createOrganization({ database, ids }, request)).id };
  }

  async function publish(scope: OrganizationScope, document: string, id?: string): Promise<string> {
    const deps = { database, ids, compile: compileDocument };
    const row =
      id === undefined
        ? await createIntegration(deps, scope, { document, actor: ACTOR })
        : await createIntegrationVersion(deps, scope, {
            document,
            actor: ACTOR,
            integrationId: id,
          });
    return row.id;
  }

  const stateOf = async (scope: OrganizationScope, id: string) =>
    (await findLogos(database.read, scope, [id])).get(id);
  const bytesOf = async (scope: OrganizationScope, id: string): Promise<string | undefined> => {
    const { bytes } = (await findLogo(database.read, scope, id)) ?? {};
    return bytes === undefined || bytes === null
      ? undefined
      : Buffer.from(bytes).toString('latin1');
  };

  test('fetches each once, for those who may see it', async () => {
    const [scope, other] = [await newScope(), await newScope()];
    answers = { a: PNG };
    const id = await publish(scope, documentWith('a'));
    await keep();
    await keep();

    expect(await stateOf(scope, id)).toMatchObject({ state: 'stored', media_type: 'image/png' });
    expect(await bytesOf(scope, id)).toBe(PNG?.toString('latin1'));
    expect(await bytesOf(other, id)).toBeUndefined();
    expect(await stateOf(other, id)).toBeUndefined();
    expect(asked).toEqual(['a']);
  });

  test('asks nobody for a document without one', async () => {
    const scope = await newScope();
    const id = await publish(scope, documentWith());
    await keep();

    expect(await stateOf(scope, id)).toMatchObject({ state: 'none', message: null });
    expect(asked).toEqual([]);
  });

  test('keeps the picture of a version until that of the next one is here', async () => {
    const scope = await newScope();
    answers = { a: PNG, b: 503 };
    const id = await publish(scope, documentWith('a'));
    await keep();
    await publish(scope, documentWith('b'), id);
    await keep();
    const waiting = { state: await stateOf(scope, id), bytes: await bytesOf(scope, id) };
    answers = { b: GIF };
    time += HOUR;
    await keep();

    expect(waiting.state).toMatchObject({
      state: 'wanted',
      message: expect.stringMatching(/503/u),
    });
    expect(waiting.bytes).toBe(PNG?.toString('latin1'));
    expect(await stateOf(scope, id)).toMatchObject({ state: 'stored', media_type: 'image/gif' });
    expect(asked).toEqual(['a', 'b', 'b']);
  });

  test('does not ask again for a version that names the same', async () => {
    const scope = await newScope();
    answers = { a: PNG };
    const id = await publish(scope, documentWith('a'));
    await keep();
    await publish(scope, documentWith('a').replace('"Sales"', '"Sale"'), id);
    await keep();

    expect(await stateOf(scope, id)).toMatchObject({ state: 'stored' });
    expect(asked).toEqual(['a']);
  });

  test('takes the picture away when the next version names none', async () => {
    const scope = await newScope();
    answers = { a: PNG };
    const id = await publish(scope, documentWith('a'));
    await keep();
    await publish(scope, documentWith(), id);
    await keep();

    expect(await stateOf(scope, id)).toMatchObject({ state: 'none', sha256: null });
    expect(await bytesOf(scope, id)).toBeUndefined();
  });

  test('tries six times within two days, ever more seldom, and then says why there is none', async () => {
    const scope = await newScope();
    answers = { a: 503 };
    const id = await publish(scope, documentWith('a'));
    const times: number[] = [];
    const began = time;
    for (let minute = 0; minute < 3 * 24 * 60; minute += 1) {
      const before = asked.length;
      await keep();
      if (asked.length > before) times.push((time - began) / 60_000);
      // Most of the time nothing is due.
      time += 60_000;
      if (times.length >= 6) break;
      if (minute > 10) {
        minute += 29;
        time += 29 * 60_000;
      }
    }

    expect(times).toHaveLength(6);
    expect(times.slice(0, 3)).toEqual([0, 1, 6]);
    expect(await stateOf(scope, id)).toMatchObject({
      state: 'unavailable',
      message: 'The address of the logo answered 503.',
    });
  });

  test('gives up at once on what will not become better', async () => {
    const scope = await newScope();
    answers = { a: Buffer.from('<svg onload=alert(1)>') };
    const id = await publish(scope, documentWith('a'));
    await keep();
    time += 30 * 24 * HOUR;
    await keep();

    expect(await stateOf(scope, id)).toMatchObject({ state: 'unavailable' });
    expect(asked).toEqual(['a']);
  });

  test('is fetched by one of two processes', async () => {
    const scope = await newScope();
    answers = { a: PNG };
    await publish(scope, documentWith('a'));
    await Promise.all([keep(), keep()]);

    expect(asked).toEqual(['a']);
  });

  test('fetches what was published while it ran, and ends', async () => {
    const scope = await newScope();
    answers = { a: PNG };
    const log = { warn: () => undefined };
    const keeper = createLogoKeeper({ database, egress: { send }, clock, logoOf, log });
    keeper.start();
    const id = await publish(scope, documentWith('a'));
    keeper.wake();
    await expect.poll(async () => (await stateOf(scope, id))?.state).toBe('stored');
    await keeper.close();
    keeper.wake();

    expect(asked).toEqual(['a']);
  });
});
