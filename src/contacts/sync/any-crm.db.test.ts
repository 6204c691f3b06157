import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeDatabases } from '../../store/testing/databases.ts';
import type { PassKind } from '../index/sync-store.ts';
import type { SyncPoint } from './run-pass.ts';
import { BY_PAGE, dies } from './testing/dying.ts';
import { BusyCrm, FAULTS, NOTHING } from './testing/random-crm.ts';
import type { Act } from './testing/random-crm.ts';
import { people, syncDocument } from './testing/sync-document.ts';
import { openSyncSite, startSyncKit } from './testing/sync-kit.ts';
import type { SyncKit, SyncSite } from './testing/sync-kit.ts';

/** People that are there from the beginning: some pages of them. */
const FIRST = 57;

/** One time that somebody asks for a sync. */
interface Round {
  readonly kind: PassKind;
  /** What happened before, and what happens while it is read. */
  readonly before: readonly Act[];
  readonly meanwhile: Act | null;
  /** What comes instead of one of the next answers, and how often. */
  readonly fault: { readonly what: string; readonly at: number; readonly times: number } | null;
  /** Where the process ends. */
  readonly death: { readonly point: SyncPoint; readonly times: number } | null;
}

const ACT: fc.Arbitrary<Act> = fc.record({
  what: fc.constantFrom('remove', 'add', 'change', 'remove'),
  whom: fc.nat(60),
  quietly: fc.boolean(),
});

const ROUND: fc.Arbitrary<Round> = fc.record({
  kind: fc.constantFrom('full', 'full', 'changes'),
  before: fc.array(ACT, { maxLength: 3 }),
  meanwhile: fc.option(ACT),
  fault: fc.option(
    fc.record({
      what: fc.constantFrom(...Object.keys(FAULTS)),
      at: fc.nat(5),
      times: fc.integer({ min: 1, max: 3 }),
    }),
    { freq: 2 },
  ),
  death: fc.option(
    fc.record({
      point: fc.constantFrom<SyncPoint>(
        'contacts-page-read',
        'contacts-batch-written',
        'contacts-list-ended',
        'contacts-pass-complete',
      ),
      times: fc.integer({ min: 1, max: 6 }),
    }),
    { freq: 3 },
  ),
});

interface Life {
  readonly rounds: readonly Round[];
  /** Nothing changes while it is read. */
  readonly isStill: boolean;
}

const LIFE: fc.Arbitrary<Life> = fc.record({
  rounds: fc.array(ROUND, { minLength: 4, maxLength: 8 }),
  isStill: fc.boolean(),
});
/** Of each kind of pages. */
const RUNS = 3;

describeDatabases('whatever a CRM does', (databases) => {
  let site: SyncSite;
  beforeAll(async () => {
    site = await openSyncSite(databases);
  });
  afterAll(() => site.close());

  test.each(['none', 'page', 'offset', 'cursor', 'next_url'] as const)(
    'in pages of the kind %s, nobody is lost meanwhile, and in the end the copy is what it has',
    async (paging) => {
      const document = syncDocument({ Contacts: people(paging) });
      await fc.assert(
        fc.asyncProperty(LIFE, async (life) => {
          const kit = await startSyncKit(site, { document });
          try {
            await live(kit, life);
          } finally {
            await kit.close();
          }
        }),
        { seed: 20_261_123, numRuns: RUNS, endOnFailure: true },
      );
    },
  );
});

async function live(kit: SyncKit, { rounds, isStill }: Life): Promise<void> {
  const crm = new BusyCrm(kit);
  for (let count = 0; count < FIRST; count += 1) crm.do({ what: 'add', whom: 0, quietly: true });
  let known: readonly string[] = [];
  for (const round of rounds) {
    for (const act of round.before) crm.do(act);
    await runRound(kit, crm, isStill ? { ...round, meanwhile: null } : round);
    const now = new Set(await kit.ids());
    // Whom it knew and the CRM never deleted it still knows, whatever came.
    expect(known.filter((id) => !now.has(id) && !crm.deleted.has(id) && !isGhost(id))).toEqual([]);
    known = [...now];
  }
  kit.fault = undefined;
  const worker = kit.newWorker('node-1');
  if (isStill) {
    const begun = Date.now();
    await kit.ask('changes');
    await kit.until((state) => state?.pass === undefined && (state?.lastBegunAt ?? 0) >= begun);
    // What a pass has not read, `since` of the next one does not pass over.
    const found = await namesOf(kit);
    expect([...crm.truth].filter(([id, name]) => found.get(id) !== name)).toEqual([]);
  }
  // What may only have moved while it was read must be missing twice.
  for (let pass = 0; pass < 2; pass += 1) await readAll(kit);
  await kit.index.sync.decideDeletions(kit.of, 'Contacts', true);
  await worker.close();
  expect(await namesOf(kit)).toEqual(crm.truth);
}

async function runRound(kit: SyncKit, crm: BusyCrm, round: Round): Promise<void> {
  const { fault, meanwhile, death, kind } = round;
  let answers = 0;
  kit.fault = (request, response) => {
    answers += 1;
    if (answers === 2 && meanwhile !== null) crm.do(meanwhile);
    if (fault === null) return false;
    // Later in the list it would be an end like any other.
    const at = fault.what === NOTHING ? 0 : fault.at;
    if (answers <= at || answers > at + fault.times) return false;
    return FAULTS[fault.what]?.(request, response) ?? false;
  };
  const dying = death === null ? undefined : dies(kit.index, death.point, death.times);
  const worker = kit.newWorker('node-1', dying?.more ?? BY_PAGE);
  const askedAt = Date.now();
  await kit.ask(kind);
  await Promise.race([dying?.dead, settled(kit, askedAt)].filter((end) => end !== undefined));
  await worker.close();
}

/** What was asked for is done, or there was a fault. */
async function settled(kit: SyncKit, askedAt: number): Promise<undefined> {
  for (;;) {
    const { job, states } = await kit.index.sync.read(kit.of);
    const isFailed = states.some(({ lastFailure }) => (lastFailure?.at ?? 0) >= askedAt);
    if (isFailed || (job !== undefined && job.asked === undefined)) return undefined;
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
}

/** Reads everything once, however often it must be asked for. */
async function readAll(kit: SyncKit): Promise<void> {
  const begun = Date.now();
  await kit.ask('full');
  await kit.until((state) => state?.pass === undefined && (state?.lastBegunAt ?? 0) >= begun);
}

async function namesOf(kit: SyncKit): Promise<ReadonlyMap<string, string>> {
  const ids = await kit.ids();
  const contacts = await Promise.all(
    ids.map((crmId) => kit.index.byId(kit.of, { kind: 'person', contactType: '', crmId })),
  );
  return new Map(contacts.map((contact, at) => [ids[at] ?? '', contact?.name ?? '']));
}

/** People whom only a faulty answer told of. */
function isGhost(id: string): boolean {
  return id.length > 3;
}
