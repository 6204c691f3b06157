import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm } from '../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { setUpOffice, startTestServer, valueAt } from './testing/test-server.ts';
import type { Office, Sent, TestServer } from './testing/test-server.ts';

const NOBODY = { email: '', company: '' };
const WAIT = { timeout: 10_000, interval: 20 };

describeDatabases('a search for contacts', (databases) => {
  let crm: FakeCrm;
  let server: TestServer;
  let office: Office;
  /** What the CRM was asked for and has not answered. */
  const open = new Map<string, () => void>();
  const gone: string[] = [];
  let waits: (query: string) => boolean;

  beforeAll(async () => {
    crm = await startFakeCrm({
      handler: async ({ url, path, method }, response) => {
        const query = new URL(url, 'http://crm').searchParams.get('q');
        if (method !== 'GET' || path !== '/contacts' || query === null || !waits(query))
          return false;
        const { promise, resolve } = Promise.withResolvers<undefined>();
        open.set(query, () => resolve(undefined));
        response.on('close', () => {
          if (!response.writableFinished) gone.push(query);
          resolve(undefined);
        });
        await promise;
        return false;
      },
    });
    server = await startTestServer({
      ...{ crm, contacts: true },
      database: await databases.open(),
    });
  });
  beforeEach(async () => {
    open.clear();
    gone.length = 0;
    waits = () => false;
    crm.contacts.length = 0;
    crm.contacts.push(
      { ...NOBODY, id: '1', first_name: 'Grace', last_name: 'Hopper', phone: '+442071838750' },
      { ...NOBODY, id: '2', first_name: 'Grant', last_name: 'Wood', phone: '+442071838751' },
    );
    office = await setUpOffice(server, crm);
    await known('1', 'Grace Hopper-Old');
    crm.requests.length = 0;
  });
  afterAll(async () => {
    await server.close();
    await crm.close();
  });

  const known = async (crmId: string, name: string): Promise<void> => {
    const of = { organizationId: office.organizationId, connectionId: office.connectionId };
    const contact = {
      kind: 'person',
      contactType: '',
      crmId,
      name,
      emails: [],
      phones: [],
    } as const;
    await server.contacts?.put(of, [contact], { source: 'crm', country: 'GB' });
  };
  const search = async (query: Record<string, string>, key = office.key): Promise<Sent> =>
    await server.send('GET', `/v1/contacts/search?${new URLSearchParams(query).toString()}`, {
      key,
    });
  const names = ({ body }: Sent): unknown => {
    const contacts = valueAt(body, 'contacts');
    return Array.isArray(contacts)
      ? contacts.map((one) => `${String(valueAt(one, 'source'))} ${String(valueAt(one, 'name'))}`)
      : undefined;
  };
  const verdict = ({ body }: Sent): unknown => valueAt(body, 'connections', 0, 'status');

  test('is answered from the index alone, and the CRM is not asked', async () => {
    const answer = await search({ q: 'hop gra' });

    expect(names(answer)).toEqual(['index Grace Hopper-Old']);
    expect(verdict(answer)).toBe('not_asked');
    expect(crm.requests).toHaveLength(0);
  });

  test('is joined with what the CRM itself finds, whose word counts', async () => {
    const answer = await search({ q: 'gra', live: 'true' });

    expect(names(answer)).toEqual(['crm Grace Hopper', 'crm Grant Wood']);
    expect(valueAt(answer.body, 'contacts', 0)).toMatchObject({
      phones: ['+442071838750'],
      url: `${crm.origin}/contacts/1`,
    });
    expect(valueAt(answer.body, 'connections', 0)).toMatchObject({
      status: 'answered',
      message: 'The CRM found 2 contacts.',
    });
    // Nothing of it was kept.
    expect(names(await search({ q: 'gra' }))).toEqual(['index Grace Hopper-Old']);
  });

  test('looks at no more than a thousand of whom the CRM tells, and says so', async () => {
    for (let at = 0; at < 1_200; at += 1) {
      crm.contacts.push({
        ...NOBODY,
        id: `n${at}`,
        phone: '',
        first_name: 'Grace',
        last_name: `${1_000 + at}`,
      });
    }

    const answer = await search({ q: 'gra', live: 'true', limit: '100' });

    expect(valueAt(answer.body, 'contacts', 'length')).toBe(100);
    expect(valueAt(answer.body, 'connections', 0, 'message')).toBe(
      'The CRM found 1202 contacts: only the first 1000 were looked at. It may ignore what was typed.',
    );
  });

  test.each([
    ['one character', { q: 'g', live: 'true' }],
    ['one character and blanks', { q: ' g ', live: 'true' }],
  ])('asks no CRM for %s', async (_name, query) => {
    const answer = await search(query);

    expect(names(answer)).toEqual(['index Grace Hopper-Old']);
    expect(valueAt(answer.body, 'connections', 0, 'message')).toContain('two characters');
    expect(crm.requests).toHaveLength(0);
  });

  test('asks no CRM whose document cannot search, and tells a refusal as one', async () => {
    const mute = await setUpOffice(server, crm, {
      document: fakeCrmDocument({ without: ['SearchContacts'] }),
    });
    crm.behave('GET /contacts', 'refuse', { times: 1 });

    const refused = await search({ q: 'gra', live: 'true' });
    const silent = await search({ q: 'gra', live: 'true' }, mute.key);

    expect([names(refused), verdict(refused)]).toEqual([['index Grace Hopper-Old'], 'failed']);
    expect([names(silent), verdict(silent)]).toEqual([[], 'not_asked']);
  });

  test('is answered by the index after 2 seconds, and the request to the CRM ends', async () => {
    waits = () => true;

    const answer = await search({ q: 'gra', live: 'true' });

    expect([names(answer), verdict(answer)]).toEqual([['index Grace Hopper-Old'], 'late']);
    await vi.waitFor(() => expect(gone).toEqual(['gra']), WAIT);
  });

  test('ends what an older search of the same session asks, and never asks twice at a time', async () => {
    waits = (query) => query === 'gra';

    const first = search({ q: 'gra', live: 'true', session: 'w' });
    await vi.waitFor(() => expect([...open.keys()]).toEqual(['gra']), WAIT);
    const second = await search({ q: 'grant', live: 'true', session: 'w' });

    expect([verdict(await first), verdict(second)]).toEqual(['not_asked', 'answered']);
    expect(names(second)).toEqual(['crm Grant Wood']);
    expect(names(await first)).toEqual(['index Grace Hopper-Old']);
    expect(crm.requests.map(({ url }) => url)).toEqual(['/contacts?q=gra', '/contacts?q=grant']);
    await vi.waitFor(() => expect(gone).toContain('gra'), WAIT);
  });

  test('of another key does not end it, and finds nothing of another organization', async () => {
    const neighbour = await setUpOffice(server, crm, {
      document: fakeCrmDocument({ without: ['SearchContacts'] }),
    });
    waits = (query) => query === 'gra';

    const first = search({ q: 'gra', live: 'true', session: 'w' });
    await vi.waitFor(() => expect([...open.keys()]).toEqual(['gra']), WAIT);
    const theirs = await search({ q: 'gra', live: 'true', session: 'w' }, neighbour.key);
    open.get('gra')?.();

    expect(names(theirs)).toEqual([]);
    expect(verdict(await first)).toBe('answered');
    const foreign = { q: 'gra', connection_id: office.connectionId };
    expect((await search(foreign, neighbour.key)).status).toBe(404);
  });
});
