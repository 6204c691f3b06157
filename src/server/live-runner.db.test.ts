import { expect, it } from 'vitest';

import { parseOptions } from '../connections/connection-options.ts';
import { createAdmission } from '../connections/admission.ts';
import { changeHost } from '../connections/host-repository.ts';
import type { OpenConnection } from '../connections/open-connection.ts';
import { createPlaces } from '../connections/places.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { aCall, openPipeline } from '../calls/testing/pipeline.ts';
import { SEEDED } from '../calls/testing/seed.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { compileDocument } from '../document/compile.ts';
import { documentWith } from '../document/testing/document-with.ts';
import type { MethodRun } from '../runtime/method-call.ts';
import { createLiveRunner } from './live-runner.ts';

const OPTIONS = { rate: { requests: 1, per_seconds: 10 } };
const HOST = 'https://crm.test';
const ANSWER: MethodRun = {
  outcome: {
    kind: 'success',
    effect: 'executed',
    action: 'succeed',
    breaker: false,
    message: 'The CRM answered 200',
  },
  records: [],
  executedWithoutId: false,
  exchanges: [],
  asked: [],
  notes: [],
};

describeDatabases('a look-up that somebody waits for', ({ open }) => {
  async function begin(limited = true, signsIn = false) {
    const pipeline = await openPipeline(open, {
      methods: ['CreateActivity', 'StopCallActivity'],
      ...(limited ? { options: OPTIONS } : {}),
    });
    const { database, clock } = pipeline;
    const sent: number[] = [];
    const signedIn: number[] = [];
    const runner: SignedInRunner = {
      prepare: async ({ maySignIn }) => {
        const message = signsIn ? await maySignIn?.(HOST) : undefined;
        if (message !== undefined) {
          return { status: 'not_sent', reason: 'sign_in_unavailable', message };
        }
        if (signsIn) signedIn.push(database.now());
        return {
          status: 'ready',
          request: { method: 'GET', url: `${HOST}/`, headers: {} },
          place: { object: 0, request: 0 },
          idempotent: true,
          signedIn: { locals: {}, properties: {} },
          send: () => {
            sent.push(database.now());
            return Promise.resolve(ANSWER);
          },
        };
      },
    };
    // Who waits lets the time pass at once.
    const passing = { ...clock, sleep: async (ms: number) => clock.advance(ms) };
    const admission = createAdmission({ database, clock: passing });
    const places = createPlaces({ clock: passing, wake: () => {} });
    const live = createLiveRunner({ runner, admission, places, database, clock });
    const known = await pipeline.connections.open(SEEDED.organizationId, SEEDED.connectionId);
    if (known === undefined) throw new Error('no connection');
    const connection: OpenConnection = {
      ...{ name: 'CRM', revision: 1, state: 'active', stateUntil: null },
      ...{ properties: {}, secrets: [], country: 'GB', timezone: 'UTC' },
      id: known.id,
      organizationId: known.organizationId,
      origins: known.origins,
      limits: known.limits,
      options: parseOptions({ concurrency: 1 }),
      document: compileDocument(documentWith({})),
    };
    const ask = async (deadlineMs: number): Promise<MethodRun | undefined> => {
      const { signal } = new AbortController();
      const prepared = await live.prepare(
        { method: 'Users', values: {}, deadlineMs },
        connection,
        signal,
      );
      return prepared.status === 'ready' ? await prepared.send(signal) : undefined;
    };
    /** Lets the calls of so many organizations fail twice at the host. */
    const breakHost = async (organizations = 3): Promise<void> => {
      for (let at = 0; at < organizations * 2; at += 1) {
        const organizationId = `org-${String(at % organizations)}`;
        const event = { kind: 'failure', connectionId: organizationId, organizationId } as const;
        const change = { origin: HOST, event, now: database.now() };
        await database.write((transaction) => changeHost(transaction, change));
      }
    };
    return { ...pipeline, sent, signedIn, ask, breakHost, places, connection };
  }

  it('takes the slot of a call, and the call goes later', async () => {
    const { accept, drain, clock, runner, ask, sent } = await begin();
    await accept(aCall().ringing);

    await ask(2_000);
    await drain();
    const before = runner.sent.length;
    clock.advance(10_500);
    await drain();

    expect(sent).toHaveLength(1);
    expect([before, runner.sent.length]).toEqual([0, 1]);
  });

  it('waits for its slot as long as its deadline allows, and goes before waiting calls', async () => {
    const { accept, drain, runner, ask, sent, database } = await begin();
    await accept(aCall('c-1').ringing, aCall('c-2').ringing);
    await drain();
    const begun = database.now();

    await ask(12_000);
    await drain();

    expect(runner.sent).toHaveLength(1);
    expect(sent.map((at) => at - begun)).toEqual([10_200]);
  });

  it('says so, and sends nothing, where no slot comes within its deadline', async () => {
    const { ask, sent } = await begin();
    await ask(2_000);

    const second = await ask(2_000);

    expect(sent).toHaveLength(1);
    expect(second?.outcome).toMatchObject({
      kind: 'throttled',
      effect: 'not_executed',
      message:
        'The CRM was not asked: of 1 request per 10 seconds that the connection may send, none is free for another 11 s.',
    });
  });

  it.each([
    ['a limit', true],
    ['no limit', false],
  ])(
    'is answered at once while its host is away, by a connection with %s',
    async (_name, limited) => {
      const { ask, sent, clock, breakHost } = await begin(limited);
      await breakHost();

      const refused = await ask(2_000);
      // Somebody may ask by then, and no call waits that would.
      clock.advance(30_000);
      const asked = await ask(2_000);

      expect(refused?.outcome).toMatchObject({ kind: 'unavailable', effect: 'not_executed' });
      expect(refused?.outcome.message).toMatch(
        /^The CRM was not asked: https:\/\/crm\.test fails or does not answer, for others too: it is tried .*\.$/,
      );
      expect(asked).toBe(ANSWER);
      expect(sent).toHaveLength(1);
    },
  );

  it('asks a host that is only watched', async () => {
    const { ask, sent, breakHost } = await begin(false);
    await breakHost(2);

    await ask(2_000);

    expect(sent).toHaveLength(1);
  });

  it('does not wait at all where the CRM has no limit', async () => {
    const { ask, sent } = await begin(false);

    for (let at = 0; at < 3; at += 1) await ask(1);

    expect(sent).toHaveLength(3);
  });

  it('waits until a call has left its place, and says so where none does', async () => {
    const { ask, sent, places, connection } = await begin(false);
    const claim = places.beginClaim();
    claim.hold(connection, { most: 1, leased: 0 });
    const [leave] = claim.end([connection.id]);

    const refused = await ask(2_000);
    leave?.();
    const asked = await ask(2_000);

    expect(refused?.outcome).toMatchObject({
      kind: 'throttled',
      effect: 'not_executed',
      action: 'wait',
      message: expect.stringMatching(
        /^The CRM was not asked: it takes no more than 1 request at once/,
      ),
    });
    expect([asked, sent.length]).toEqual([ANSWER, 1]);
  });

  it('signs in nowhere while the host is away, and while there is no place for it', async () => {
    const away = await begin(false, true);
    await away.breakHost();
    const crowded = await begin(false, true);
    const claim = crowded.places.beginClaim();
    claim.hold(crowded.connection, { most: 1, leased: 0 });
    const [leave] = claim.end([crowded.connection.id]);

    await away.ask(2_000);
    await crowded.ask(2_000);
    const before = [...away.signedIn, ...crowded.signedIn];
    leave?.();
    await crowded.ask(2_000);

    expect(before).toEqual([]);
    expect([crowded.signedIn.length, crowded.sent.length]).toEqual([1, 1]);
  });

  it('gives its place back whatever came of it', async () => {
    const { ask, sent } = await begin();
    await ask(2_000);
    await ask(2_000);
    await ask(12_000);

    expect(sent).toHaveLength(2);
  });
});
