import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import { compileDocument } from '../../document/compile.ts';
import { describeDatabases } from '../../store/testing/databases.ts';
import type { SyncState } from '../index/sync-store.ts';
import { PAGE_SIZE, someone } from './testing/listing-crm.ts';
import type { Fault } from './testing/listing-crm.ts';
import { COMPANIES, people, syncDocument } from './testing/sync-document.ts';
import { openSyncSite, startSyncKit } from './testing/sync-kit.ts';
import type { SyncKit, SyncSite } from './testing/sync-kit.ts';

const isComplete = (state: SyncState | undefined): boolean =>
  state?.lastCompleteAt !== undefined && state.pass === undefined;
const sinceThen =
  (before: SyncState) =>
  (state: SyncState | undefined): boolean =>
    isComplete(state) && (state?.lastBegunAt ?? 0) > (before.lastBegunAt ?? 0);

const ALL = Array.from({ length: 25 }, (_, index) => String(index + 1));

describeDatabases('the sync of contacts', (databases) => {
  let site: SyncSite;
  let kit: SyncKit;
  beforeAll(async () => {
    site = await openSyncSite(databases);
  });
  afterEach(() => kit.close());
  afterAll(() => site.close());

  const start = async (methods: Readonly<Record<string, unknown>>): Promise<void> => {
    kit = await startSyncKit(site, { document: syncDocument(methods) });
  };
  /** Asks for a sync and waits for its end. */
  const again = async (kind: 'full' | 'changes'): Promise<SyncState> => {
    const before = await kit.state();
    if (before === undefined) throw new Error('nothing was synced yet');
    await kit.ask(kind);
    return await kit.until(sinceThen(before));
  };

  describe.each(['none', 'page', 'offset', 'cursor', 'next_url', 'link_header'] as const)(
    'a list with pages of the kind %s',
    (paging) => {
      test('is read to its end', async () => {
        await start({ Contacts: people(paging) });
        kit.people.push(...someone(25));
        kit.newWorker('node-1');

        const { counts } = await kit.until(isComplete);

        expect(await kit.ids()).toEqual(ALL);
        expect(counts).toMatchObject({ received: 25, added: 25, changed: 0, leftOut: 0 });
        const pages = { none: 1, page: 4, offset: 4 }[String(paging)] ?? 3;
        expect(counts.pages).toBe(pages);
      });
    },
  );

  test('reads companies first, and names the company of a contact by them', async () => {
    await start({ Contacts: people('none'), Organizations: COMPANIES });
    kit.people.push({ ...(someone(1)[0] ?? { id: '1', name: '' }), company_id: '7' });
    kit.companies.push({ id: '7', name: 'Acme Ltd' });
    kit.newWorker('node-1');
    await kit.until(isComplete);

    expect(kit.asked()).toEqual(['/companies', '/people']);
    const key = { kind: 'person', contactType: '', crmId: '1' } as const;
    expect(await kit.index.byId(kit.of, key)).toMatchObject({
      company: 'Acme Ltd',
      companyId: '7',
    });
  });

  test('tells people of a company what it is called now, though they have not changed', async () => {
    await start({ Contacts: people('none'), Organizations: COMPANIES });
    const [one, two, three] = someone(3);
    if (one === undefined || two === undefined || three === undefined) throw new Error('nobody');
    kit.people.push({ ...one, company_id: '7' }, { ...two, company_id: '8' });
    kit.people.push({ ...three, name: 'Acme Person', company_id: '7' });
    kit.companies.push({ id: '7', name: 'Acme Ltd' }, { id: '8', name: 'Acme Ltd' });
    kit.newWorker('node-1');
    await kit.until(isComplete);
    kit.companies.splice(0, 1, { id: '7', name: 'Zenith & Sons' });
    for (const [at, person] of kit.people.entries())
      kit.people[at] = { ...person, changed_at: '2001-01-01T00:00:00.000Z' };

    await again('changes');

    const companyOf = async (crmId: string) =>
      (await kit.index.byId(kit.of, { kind: 'person', contactType: '', crmId }))?.company;
    expect([await companyOf('1'), await companyOf('2'), await companyOf('3')]).toEqual([
      ...['Zenith & Sons', 'Acme Ltd', 'Zenith & Sons'],
    ]);
    const signal = new AbortController().signal;
    const found = await kit.index.search(kit.of, 'zenith person', { limit: 9, signal });
    expect(found.map(({ crmId }) => crmId).toSorted()).toEqual(['1', '3']);
    expect(await kit.index.search(kit.of, 'acme 20794', { limit: 9, signal })).toHaveLength(2);
  });

  describe('after a full sync', () => {
    test('asks for what has changed since, five minutes earlier', async () => {
      await start({ Contacts: people('page') });
      const noon = '2026-03-01T12:00:00.000Z';
      kit.people.push(...someone(3).map((one) => ({ ...one, changed_at: noon })));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      kit.people.push({ id: '4', name: 'Person 4', changed_at: '2026-03-01T12:30:00.000Z' });

      const { counts } = await again('changes');

      expect(kit.asked().filter((path) => path.includes('since'))[0]).toContain(
        `since=${encodeURIComponent('2026-03-01T11:55:00.000Z')}`,
      );
      expect(counts).toMatchObject({ added: 1, unchanged: 3, removed: 0 });
      expect(await kit.ids()).toEqual(['1', '2', '3', '4']);
    });

    test('removes whom the CRM calls deleted, and nobody else', async () => {
      await start({ Contacts: people('page') });
      kit.people.push(...someone(3));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      const later = new Date(Date.now() + 60_000).toISOString();
      kit.people.splice(0, 3, { id: '2', name: '', changed_at: later, deleted: true });

      await again('changes');

      expect(await kit.ids()).toEqual(['1', '3']);
    });

    test('removes whom the next full one does not find', async () => {
      await start({ Contacts: people('none') });
      kit.people.push(...someone(25));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      kit.people.splice(0, 2);

      const { counts, waitingDeletions } = await again('full');

      expect(counts.removed).toBe(2);
      expect(waitingDeletions).toBeUndefined();
      expect(await kit.ids()).toEqual(ALL.slice(2));
    });

    test.each(['page', 'cursor'] as const)(
      'looks once more for whom a full one in pages of the kind %s does not find',
      async (paging) => {
        await start({ Contacts: people(paging) });
        kit.people.push(...someone(25));
        kit.newWorker('node-1');
        await kit.until(isComplete);
        kit.people.splice(0, 2);

        const first = await again('full');
        const second = await again('full');

        expect(first).toMatchObject({ missed: 2, counts: { removed: 0 } });
        expect(first.confirmAt).toBe((first.lastEndedAt ?? 0) + 60_000);
        expect(second).toMatchObject({
          missed: 0,
          counts: { removed: 2 },
          lastFullAt: second.lastCompleteAt,
        });
        expect(await kit.ids()).toEqual(ALL.slice(2));
      },
    );

    test('takes nobody for deleted who slipped to a page that was read already', async () => {
      await start({ Contacts: people('page') });
      kit.people.push(...someone(25));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      kit.fault = (request) => {
        if (!request.url.includes('page=2')) return false;
        // Person 11 moves to the first page.
        kit.people.splice(0, 1);
        kit.fault = undefined;
        return false;
      };

      const first = await again('full');
      const idsThen = await kit.ids();
      await again('full');

      expect(first).toMatchObject({ missed: 1, counts: { received: 24, removed: 0 } });
      expect(idsThen).toEqual(ALL);
      expect((await kit.state())?.missed).toBe(1);
      const { missed, counts } = await again('full');
      expect({ missed, removed: counts.removed }).toEqual({ missed: 0, removed: 1 });
      expect(await kit.ids()).toEqual(ALL.slice(1));
    });

    test.each([
      ['an empty list', '{"records":[]}', undefined],
      ['no list', '{"more":false}', 'no_list'],
      ['null for a list', '{"records":null}', 'no_list'],
    ])('of few contacts takes none for deleted by %s', async (_what, body, code) => {
      await start({ Contacts: people('none') });
      kit.people.push(...someone(5));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      kit.fault = (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
        return true;
      };

      const empty = [await again('full'), await again('full')];
      kit.fault = undefined;
      const whole = await again('full');

      const waiting = code === undefined ? 5 : undefined;
      expect(empty.map(({ waitingDeletions }) => waitingDeletions)).toEqual([waiting, waiting]);
      expect(empty.map(({ lastFailure }) => lastFailure?.code)).toEqual([code, code]);
      expect(whole).toMatchObject({ waitingDeletions: undefined, lastFailure: undefined });
      expect(await kit.ids()).toEqual(ALL.slice(0, 5));
    });

    test('takes nobody for deleted by a last page without its list, however often it comes', async () => {
      await start({ Contacts: people('page') });
      kit.people.push(...someone(25));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      kit.fault = (request, response) => {
        if (!request.url.includes('page=3')) return false;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"error":"quota","more":false}');
        return true;
      };

      const [first, second] = [await again('full'), await again('full')];

      expect([first.lastFailure?.code, second.lastFailure?.code]).toEqual(['no_list', 'no_list']);
      expect([first.missed, second.missed, second.counts.removed]).toEqual([0, 0, 0]);
      expect(await kit.ids()).toEqual(ALL);
    });

    test('asks once more for the changes of an answer that lacked its list', async () => {
      await start({ Contacts: people('page') });
      kit.people.push(...someone(25));
      kit.newWorker('node-1');
      const { marks } = await kit.until(isComplete);
      const at = new Date(Date.now() + 60_000).toISOString();
      for (const [place, one] of kit.people.entries())
        kit.people[place] = { ...one, changed_at: at };
      kit.fault = (request, response) => {
        if (!request.url.includes('page=2')) return false;
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        return true;
      };

      const first = await again('changes');
      const second = await again('changes');

      expect(first.marks).toBe(marks);
      // A CRM that always answers so is synced all the same.
      expect(second.marks).not.toBe(marks);
    });

    test('waits for a word when more than a fifth are called deleted', async () => {
      await start({ Contacts: people('page') });
      kit.people.push(...someone(25));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      const changed_at = new Date(Date.now() + 60_000).toISOString();
      const call = (count: number): void => {
        for (const [place, one] of kit.people.slice(0, count).entries())
          kit.people[place] = { ...one, changed_at, deleted: true };
      };

      call(5);
      const few = await again('changes');
      call(10);
      const many = await again('changes');
      const full = await again('full');

      expect([few.counts.removed, few.waitingDeletions]).toEqual([5, undefined]);
      expect([many.counts.removed, many.waitingDeletions]).toEqual([0, 5]);
      expect([full.counts.removed, full.waitingDeletions]).toEqual([0, 5]);
      expect(await kit.ids()).toEqual(ALL.slice(5));
      await kit.index.sync.decideDeletions(kit.of, 'Contacts', true);
      expect(await kit.ids()).toEqual(ALL.slice(10));
    });

    test.each([
      ['more than a fifth are gone', 6],
      ['all of them are gone', 25],
    ])('waits for a word when %s', async (_what, gone) => {
      await start({ Contacts: people('page') });
      kit.people.push(...someone(25));
      kit.newWorker('node-1');
      await kit.until(isComplete);
      kit.people.splice(0, gone);

      const { waitingDeletions } = await again('full');

      expect(waitingDeletions).toBe(gone);
      expect(await kit.ids()).toEqual(ALL);
      await kit.index.sync.decideDeletions(kit.of, 'Contacts', true);
      expect(await kit.ids()).toEqual(ALL.slice(gone));
      expect((await kit.state())?.waitingDeletions).toBeUndefined();
    });
  });

  describe('a list that does not end as it should', () => {
    const json =
      (body: object): Fault =>
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
        return true;
      };
    const onPage =
      (page: number, fault: Fault): Fault =>
      (request, response) =>
        request.url.includes(`page=${String(page)}`) && fault(request, response);
    const stays = { records: someone(PAGE_SIZE), cursor: 'c10' };
    let pages = 0;
    const endless: Fault = (request, response) => {
      pages += 1;
      return json({ records: [{ id: `e${String(pages)}`, name: 'Endless' }] })(request, response);
    };

    test.each<[what: string, list: object, fault: Fault, code: string]>([
      ['gives the same page for ever', people('page'), json(stays), 'incomplete'],
      ['repeats its cursor', people('cursor'), json(stays), 'incomplete'],
      [
        'names a new cursor for the same people for ever',
        people('cursor'),
        (request, response) => {
          pages += 1;
          return json({ ...stays, cursor: `c${String(pages)}`, more: true })(request, response);
        },
        'incomplete',
      ],
      [
        'has more pages than the document allows',
        { ...people('page'), paging: { type: 'page', max_pages: 3 } },
        endless,
        'incomplete',
      ],
      [
        'leads elsewhere',
        people('next_url'),
        json({ records: someone(1), next: 'http://127.0.0.1:1/people' }),
        'incomplete',
      ],
      [
        'is refused at its second page',
        people('page'),
        onPage(2, (_request, response) => {
          response.writeHead(422).end('{}');
          return true;
        }),
        'refused',
      ],
      [
        'is forbidden',
        people('page'),
        (_request, response) => {
          response.writeHead(403).end('{}');
          return true;
        },
        'forbidden',
      ],
    ])('that %s removes nobody', async (_what, list, fault, code) => {
      await start({ Contacts: people('page') });
      kit.people.push(...someone(25));
      const worker = kit.newWorker('node-1');
      const before = await kit.until(isComplete);
      await worker.close();
      const { is } = kit.connection;
      if (is === undefined) throw new Error('there is no connection');
      const document = compileDocument(syncDocument({ Contacts: list }));
      kit.connection.is = { ...is, document };
      kit.fault = fault;

      await kit.ask('full');
      kit.newWorker('node-1');
      const failed = await kit.until((state) => state?.lastFailure !== undefined);

      expect(failed.lastFailure?.code).toBe(code);
      expect(failed.pass).toBeUndefined();
      expect(failed.marks).toBe(before.marks);
      expect(failed.lastCompleteAt).toBe(before.lastCompleteAt);
      expect(await kit.ids()).toEqual(expect.arrayContaining(ALL));
    });
  });
});
