import { afterEach, expect, it } from 'vitest';

import type { FakeHandler } from '../../src/runtime/testing/fake-crm.ts';
import { openDatabase } from '../../src/store/database.ts';
import { describePostgres } from '../../src/store/testing/databases.ts';
import { systemClock } from '../../src/time/clock.ts';
import { audit } from './auditor.ts';
import type { LedgerLane } from './auditor.ts';
import { FaultHarness } from './harness.ts';

const NUMBERS = Array.from({ length: 8 }, (_, at) => `+4420718387${50 + at}`);
/** A process that has both calls asks for the second when the first is through. */
const MEET_MS = 1_000;

const CONNECTION = { id: 'one', options: { unknown_callers: 'create_contact' } };

/** Nobody has the number, and both calls are told so at the same moment; the search lags for ever. */
function tellTogether(): FakeHandler {
  const waiting = new Map<string, () => void>();
  return async ({ method, path, url }, response) => {
    if (method !== 'GET' || path !== '/contacts') return false;
    const first = waiting.get(url);
    waiting.delete(url);
    if (first === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(url, resolve);
      await Promise.race([promise, systemClock.sleep(MEET_MS)]);
    } else {
      first();
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"contacts":[]}');
    return true;
  };
}

// One process has a SQLite file, and no other.
describePostgres('two processes', ({ settings }) => {
  const opened: FaultHarness[] = [];

  afterEach(async () => {
    for (const harness of opened.splice(0)) await harness.close();
  });

  it('make the contact of calls that come at the same moment once', async () => {
    const database = await settings();
    const first = await FaultHarness.open(database, {
      connections: [CONNECTION],
      handler: tellTogether(),
    });
    const second = first.twin();
    opened.push(second, first);
    await Promise.all([first.start(), second.start()]);

    for (const number of NUMBERS) {
      await Promise.all([
        first.send(callFrom(number, 'first')),
        second.send(callFrom(number, 'second')),
      ]);
      await Promise.all([first.settle(), second.settle()]);
    }

    const { crm } = first;
    expect(crm.contacts.map(({ phone }) => phone)).toEqual(NUMBERS);
    const { acknowledged: ofSecond } = await second.facts();
    const facts = await first.facts();
    const acknowledged = [...facts.acknowledged, ...ofSecond];
    const ledger = facts.ledger.map(withoutKnown);
    expect(audit({ ...facts, acknowledged, ledger })).toEqual([]);
    const taking = facts.ledger.filter(({ steps }) => steps.some(isKnown));
    expect(taking).toHaveLength(NUMBERS.length);
    const contacts = crm.calls.map(({ fields }) => String(fields['contact']));
    expect(contacts.toSorted()).toEqual(crm.contacts.flatMap(({ id }) => [id, id]).toSorted());
    // Else one process did it all, and nothing was shown.
    expect(await askedByBoth(database)).toBeGreaterThan(0);
  });
});

/** A call that takes the contact of the other one has none to make, and its ledger says so. */
function withoutKnown(lane: LedgerLane): LedgerLane {
  return { ...lane, steps: lane.steps.filter((step) => !isKnown(step)) };
}

function isKnown({ reason }: LedgerLane['steps'][number]): boolean {
  return reason === 'contact_known';
}

function callFrom(number: string, side: string) {
  const call_id = `${number} ${side}`;
  return [
    {
      ...{ call_id, event_id: `${call_id} 1`, kind: 'ringing', extension: '101' },
      ...{ direction: 'inbound', calling_number: number, called_number: '+442079460000' },
    },
    { call_id, event_id: `${call_id} 2`, kind: 'ended', duration: 0, extension: '101' },
  ];
}

/** Numbers whose two calls were searched for by different processes. */
async function askedByBoth(settings: Parameters<typeof openDatabase>[0]): Promise<number> {
  const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
  try {
    const rows = await database.read
      .selectFrom('attempt')
      .innerJoin('lane', 'lane.id', 'attempt.lane_id')
      .innerJoin('call', 'call.id', 'lane.call_id')
      .select(['attempt.node', 'call.external_id'])
      .where('attempt.method', '=', 'FindContact')
      .execute();
    const numberOf = (row: (typeof rows)[number]) => row.external_id.split(' ')[0];
    const byNumber = Map.groupBy(rows, numberOf);
    return [...byNumber.values()].filter((own) => new Set(own.map(({ node }) => node)).size > 1)
      .length;
  } finally {
    await database.close();
  }
}
