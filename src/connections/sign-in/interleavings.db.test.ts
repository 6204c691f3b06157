import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Database } from '../../store/database.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import { systemClock } from '../../time/clock.ts';
import { createSignInKit, createTestClock, signIn, SIGNAL } from './testing/sign-in-kit.ts';
import { simulateServer } from './testing/simulated-server.ts';
import type { Fate } from './testing/simulated-server.ts';

const HOUR_MS = 3_600_000;
/** As often as a run of the suite has time for; more by hand. */
const RUNS = { sqlite: 60, postgres: 10 };

interface Step {
  readonly node: number;
  /** The CRM refuses the token first. */
  readonly rejects: boolean;
  readonly passMs: number;
  readonly letsGo: boolean;
  /** Turns of the event loop before the next step. */
  readonly turns: number;
}

const fate = fc.constantFrom<Fate>(
  ...(['ok', 'ok', 'ok', 'late', 'late', 'late'] as const),
  ...(['lost', 'vanished', 'unreachable', 'down'] as const),
);
const step: fc.Arbitrary<Step> = fc.record({
  node: fc.nat(2),
  rejects: fc.boolean(),
  passMs: fc.constantFrom(0, 0, 1_000, 16_000, 120_000, HOUR_MS),
  letsGo: fc.boolean(),
  turns: fc.constantFrom(0, 3, 60, 60),
});

describeDatabases('three processes, whatever happens to their token requests', (databases) => {
  let database: Database;
  const clock = createTestClock();

  beforeAll(async () => {
    database = await databases.open({ clock });
  });
  afterAll(() => database.close());

  test('never lose a refresh token that is good, and ask for a person only when there is none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          graceMs: fc.constantFrom(0, 30_000),
          detectsReuse: fc.boolean(),
          fates: fc.array(fate, { maxLength: 12 }),
          steps: fc.array(step, { minLength: 1, maxLength: 14 }),
        }),
        async ({ graceMs, detectsReuse, fates, steps }) => {
          const left = [...fates];
          let isCalm = false;
          const server = simulateServer({
            graceMs,
            detectsReuse,
            now: clock.now,
            fateOf: () => (isCalm ? 'ok' : (left.shift() ?? 'ok')),
          });
          const place = { origin: 'https://crm.test', port: 443 };
          const kit = createSignInKit({ database, clock, server: place, egress: server.egress });
          const nodes = [kit.node(), kit.node(), kit.node()];
          const nodeOf = (at: number) => nodes[at] ?? kit.node();
          const made = await kit.connect();
          await signIn(nodeOf(0), made);

          const asked: Promise<unknown>[] = [];
          let pending = 0;
          const ask = async ({ node, rejects }: Step): Promise<void> => {
            const signIns = nodeOf(node);
            const connection = await made.open();
            const first = await signIns.credentialFor(connection, SIGNAL);
            if (!rejects || first.status !== 'ready') return;
            const renewed = await signIns.renew(connection, first.credential, SIGNAL);
            if (renewed.status === 'ready') {
              expect(renewed.credential.generation).toBeGreaterThan(first.credential.generation);
            }
          };
          for (const each of steps) {
            pending += 1;
            asked.push(ask(each).finally(() => (pending -= 1)));
            await turn(each.turns);
            clock.pass(each.passMs);
            if (each.letsGo) server.letGo();
          }
          isCalm = true;
          while (pending > 0) {
            server.letGo();
            await turn(10);
            clock.pass(500);
          }
          await Promise.all(asked);
          // Somebody may still renew ahead of time, and who asks meanwhile waits for the clock.
          const driven = async <T>(work: Promise<T>): Promise<T> => {
            let isDone = false;
            const ended = work.finally(() => (isDone = true));
            while (!isDone) {
              server.letGo();
              await systemClock.sleep(1);
              if (!isDone) clock.pass(100);
            }
            return await ended;
          };
          const credential = async () => kit.node().credentialFor(await made.open(), SIGNAL);
          const goodNow = [...server.delivered].filter((token) => server.isGood(token));
          const early = await driven(credential());
          // A refusal that came late must not stop a connection whose tokens are good.
          if (graceMs === 0 && goodNow.length > 0) expect(early.status).not.toBe('needs_auth');
          clock.pass(2 * HOUR_MS);
          const good = [...server.delivered].filter((token) => server.isGood(token));

          const last = await driven(credential());

          expect(server.mostAtOnce()).toBeLessThanOrEqual(1);
          // Without a grace there is one good refresh token at most: it is the one that is stored.
          if (graceMs === 0) expect(last.status).toBe(good.length > 0 ? 'ready' : 'needs_auth');
          if (last.status !== 'ready') {
            expect(last.status).toBe('needs_auth');
            expect(good).not.toContain(server.lastSent());
          }
          await driven(Promise.all(nodes.map((node) => node.close())));
        },
      ),
      { seed: 31, numRuns: RUNS[databases.dialect] },
    );
  }, 120_000);
});

async function turn(times: number): Promise<void> {
  for (let done = 0; done < times; done += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
