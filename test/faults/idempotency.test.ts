import { afterEach, expect, it } from 'vitest';

import type { FakeHandler } from '../../src/runtime/testing/fake-crm.ts';
import { openDatabase } from '../../src/store/database.ts';
import { describeDatabases } from '../../src/store/testing/databases.ts';
import { systemClock } from '../../src/time/clock.ts';
import { FaultHarness } from './harness.ts';
import type { FaultConnection } from './harness.ts';
import type { KillPoint } from './protocol.ts';
import { readLedger } from './read-ledger.ts';

/** Points at which the create is, or may be, under way. */
const POINTS: readonly KillPoint[] = [
  'before-sending',
  'sending-committed',
  'request-sent',
  'response-read',
  'before-settle',
  'settled',
];
/** Of these the CRM has surely executed it, and nobody wrote that down. */
const EXECUTED: ReadonlySet<KillPoint> = new Set(['response-read', 'before-settle']);
const MAX_RESTARTS = 5;

const keyedConnection = (more: object): FaultConnection => ({
  id: 'keyed',
  options: {},
  // Nobody can be asked: only the key tells the CRM that it has seen a request.
  without: ['FindContact', 'CreateContact', 'FindActivity', 'UpdateActivity', 'UploadFile'],
  methods: {
    CreateActivity: {
      request_method: 'POST',
      request_path: '/calls',
      request_parameters: { key: '$call_key$', subject: '$subject$' },
      response_map: { id: '$activity_id$' },
      ...more,
    },
  },
});

/** A CRM that answers a create whose key it knows with what it answered before. */
function knowsKeys(): { readonly handler: FakeHandler; readonly repeated: () => number } {
  const records = new Map<string, string>();
  let repeated = 0;
  const handler: FakeHandler = ({ method, path, headers, body }, response) => {
    if (method === 'POST' && path === '/calls/1/stop') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      return true;
    }
    if (method !== 'POST' || path !== '/calls') return false;
    const key = headers['idempotency-key'] ?? '';
    const known = records.get(key);
    const text = body.toString('utf8');
    if (key === '' || (known !== undefined && known !== text)) {
      response.writeHead(422, { 'content-type': 'application/json' });
      response.end('{"message":"No key, or the key of another request."}');
      return true;
    }
    if (known !== undefined) repeated += 1;
    records.set(key, text);
    const id = [...records.keys()].indexOf(key) + 1;
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
    return true;
  };
  return { handler, repeated: () => repeated };
}

describeDatabases('a server that is killed over a create with a key', ({ settings }) => {
  let harness: FaultHarness | undefined;

  afterEach(async () => {
    await harness?.close();
  });

  it.each(POINTS)('makes one record and flags nothing, killed at "%s"', async (point) => {
    const database = await settings();
    const crm = knowsKeys();
    harness = await FaultHarness.open(database, {
      handler: crm.handler,
      connections: [keyedConnection({ idempotency_header: 'Idempotency-Key' })],
    });
    await harness.start();
    await harness.arm({ point, count: 1 });

    // The first request of the call is its create.
    const wasTaken = await harness.send(CALL);
    expect(await harness.settle()).toBe(false);
    await restart(harness);
    if (!wasTaken) await sendAgain(harness);

    const creates = harness.crm.requests.filter(({ path }) => path === '/calls');
    const keys = new Set(creates.map(({ headers }) => headers['idempotency-key']));
    expect([keys.size, creates.length - crm.repeated()]).toEqual([1, 1]);
    expect(await stepsOf(database, harness)).toEqual([
      { method: 'CreateActivity', state: 'done', possibleDuplicate: false },
      { method: 'StopCallActivity', state: 'done', possibleDuplicate: false },
    ]);
    if (EXECUTED.has(point)) expect(crm.repeated()).toBe(1);
  });

  it('flags the second record of a CRM to which it sends no key (control)', async () => {
    const database = await settings();
    harness = await FaultHarness.open(database, { connections: [keyedConnection({})] });
    await harness.start();
    await harness.arm({ point: 'response-read', count: 1 });

    const wasTaken = await harness.send(CALL);
    expect(await harness.settle()).toBe(false);
    await restart(harness);
    if (!wasTaken) await sendAgain(harness);

    expect(harness.crm.calls).toHaveLength(2);
    expect(await stepsOf(database, harness)).toContainEqual({
      method: 'CreateActivity',
      state: 'done',
      possibleDuplicate: true,
    });
  });
});

const COMMON = { call_id: 'c-1', extension: '101' };
const CALL = [
  {
    ...COMMON,
    event_id: 'c-1-1',
    kind: 'ringing',
    direction: 'inbound',
    calling_number: '+442071838750',
    called_number: '+442079460000',
  },
  { ...COMMON, event_id: 'c-1-2', kind: 'ended', duration: 0 },
];

async function restart(harness: FaultHarness): Promise<void> {
  for (let start = 0; start < MAX_RESTARTS; start += 1) {
    await harness.start();
    if (await harness.settle()) return;
  }
  throw new Error('the server died again and again');
}

/** As a phone system does whose events were not acknowledged: the create may leave before the last one is. */
async function sendAgain(harness: FaultHarness): Promise<void> {
  await harness.send(CALL);
  expect(await harness.settle()).toBe(true);
}

async function stepsOf(
  settings: Parameters<typeof openDatabase>[0],
  harness: FaultHarness,
): Promise<readonly object[]> {
  await harness.kill();
  const database = await openDatabase(settings, { clock: systemClock, onFatal: () => {} });
  try {
    const [lane] = await readLedger(database);
    const steps = (lane?.steps ?? []).toSorted((a, b) => (a.method < b.method ? -1 : 1));
    return steps.map(({ method, state, possibleDuplicate }) => ({
      ...{ method, state, possibleDuplicate },
    }));
  } finally {
    await database.close();
  }
}
