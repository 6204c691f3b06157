import type { ServerResponse } from 'node:http';

import { afterEach, expect, test } from 'vitest';

import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, textAt, valueAt } from './testing/test-server.ts';
import type { Office, TestServer } from './testing/test-server.ts';

/** A list of one person on each page, apart from what look-ups ask. */
const DOCUMENT = fakeCrmDocument({
  methods: {
    Contacts: {
      request_method: 'GET',
      request_path: '/people',
      request_parameters: { page: '$page$' },
      paging: { type: 'page' },
      response_map: { people: [{ id: '$contact_id$', name: '$contact_name$' }] },
    },
  },
});
const SECOND_MS = 1_000;
const WAIT_MS = 20_000;

interface Answering {
  /** Pages with somebody on them. */
  readonly pages: number;
  /** Headers of each answer; `asked`: requests so far, this one included. */
  readonly headers?: (asked: number) => Readonly<Record<string, string>>;
  /** Has a page wait; resolves when it may go. */
  readonly held?: (page: number) => Promise<void>;
}

describeDatabases('a sync at full speed', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  afterEach(async () => {
    await server.close();
    await crm.close();
  });

  const start = async (answering: Answering, options: object): Promise<void> => {
    crm = await startFakeCrm({
      handler: async ({ path, url }, response) => {
        for (const [name, value] of Object.entries(
          answering.headers?.(crm.requests.length) ?? {},
        )) {
          response.setHeader(name, value);
        }
        if (path !== '/people') return false;
        const page = Number(new URL(url, 'http://crm.invalid').searchParams.get('page'));
        await answering.held?.(page);
        answerPage(response, page <= answering.pages ? page : undefined);
        return true;
      },
    });
    const phone = '+442079460001';
    crm.contacts.push({
      ...{ id: 'c-1', first_name: 'Grace', last_name: 'Hopper', phone, email: '', company: '' },
    });
    server = await startTestServer({
      ...{ database: await databases.open(), crm, contacts: true },
      tuning: { syncTimes: { pollEveryMs: 10 } },
    });
    office = await setUpOffice(server, crm, { document: DOCUMENT, options });
  };
  /** What a screen asks when it rings; the copy has no numbers, so that the CRM is asked. */
  const lookUp = async (): Promise<unknown> => {
    const path = '/v1/contacts/identify?number=%2B442079460001&explain=true';
    const { body } = await server.send('GET', path, { key: office.key });
    return valueAt(body, 'connections', 0, 'status');
  };
  const sync = async (): Promise<unknown> => {
    const path = `/v1/connections/${office.connectionId}/contacts/sync`;
    return (await server.send('GET', path, { key: office.key })).body;
  };
  const until = async (what: (body: unknown) => boolean): Promise<unknown> => {
    const end = Date.now() + WAIT_MS;
    for (;;) {
      const body = await sync();
      if (what(body)) return body;
      if (Date.now() > end) throw new Error(`It never came: ${JSON.stringify(body)}`);
      await pause(20);
    }
  };
  const timesOf = (path: string): readonly number[] =>
    crm.requests.filter((request) => request.path === path).map(({ at }) => at);

  test('leaves a fifth of a known rate to look-ups, which do not wait for it', async () => {
    await start({ pages: 80 }, { rate: { requests: 40, per_seconds: 1, burst: 10 } });
    const found: unknown[] = [];
    while (valueAt(await sync(), 'lists', 0, 'last_complete_at') === null) {
      found.push(await lookUp());
      await pause(SECOND_MS / 8);
    }

    expect(found.length).toBeGreaterThan(8);
    expect(new Set(found)).toEqual(new Set(['found']));
    expect(timesOf('/people')).toHaveLength(81);
    // Four fifths of the rate and of the burst.
    expect(mostInASecond(timesOf('/people'))).toBeLessThanOrEqual(32 + 8);
    expect(mostInASecond(crm.requests.map(({ at }) => at))).toBeLessThanOrEqual(40 + 10);
  });

  test('leaves a fifth of what a CRM says it still answers', async () => {
    const limit = 50;
    const headers = (asked: number): Readonly<Record<string, string>> => ({
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(Math.max(0, limit - asked)),
      'x-ratelimit-reset': '60',
    });
    await start({ pages: 200, headers }, {});

    const waiting = await until(
      (body) => valueAt(body, 'state') === 'waiting' && timesOf('/people').length > 1,
    );
    const before = crm.requests.length;
    const found = [await lookUp(), await lookUp(), await lookUp()];
    // Somebody who asks does not help either.
    const path = `/v1/connections/${office.connectionId}/contacts/sync`;
    await server.send('POST', path, { key: office.key, body: { full: true } });
    await until((body) => valueAt(body, 'state') === 'waiting');

    // A request of somebody else may have been on its way.
    expect([limit * 0.8, limit * 0.8 + 1]).toContain(before);
    expect(textAt(waiting, 'message')).toContain('The CRM takes no more requests for now');
    expect(found).toEqual(['found', 'found', 'found']);
    expect(crm.requests).toHaveLength(before + 3);
  });

  test('takes at most half of the places where no rate is known', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const held = async (page: number): Promise<void> => {
      if (page === 2) await promise;
    };
    await start({ pages: 3, held }, { concurrency: 2 });
    while (timesOf('/people').length < 2) await pause(5);

    // A page that hangs takes one place, and the other one is for callers.
    const found = [await lookUp(), await lookUp(), await lookUp()];

    expect(found).toEqual(['found', 'found', 'found']);
    expect(timesOf('/people')).toHaveLength(2);
    resolve(undefined);
    expect(await until((body) => valueAt(body, 'state') === 'idle')).toMatchObject({ people: 3 });
  });
});

function answerPage(response: ServerResponse, page: number | undefined): void {
  const people = page === undefined ? [] : [{ id: `p-${page}`, name: `Person ${page}` }];
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ people }));
}

/** The most that any second has seen. */
function mostInASecond(times: readonly number[]): number {
  const counts = times.map((from) => times.filter((at) => at >= from && at < from + SECOND_MS));
  return Math.max(...counts.map((within) => within.length));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
