import { randomUUID } from 'node:crypto';

import { createBackgroundAdmission } from '../../../connections/background-admission.ts';
import { parseOptions } from '../../../connections/connection-options.ts';
import type { OpenConnection } from '../../../connections/open-connection.ts';
import { createPlaces } from '../../../connections/places.ts';
import { compileDocument } from '../../../document/compile.ts';
import { AppError } from '../../../errors/app-error.ts';
import { parseAllowRules } from '../../../http/allow-rules.ts';
import { createEgress } from '../../../http/egress.ts';
import type { Egress } from '../../../http/egress.ts';
import type { FakeCrm } from '../../../runtime/testing/fake-crm.ts';
import { createMethodRunner } from '../../../runtime/run-method.ts';
import type { TestDatabases } from '../../../store/testing/databases.ts';
import { systemClock } from '../../../time/clock.ts';
import { openTestIndex } from '../../index/testing/open-index.ts';
import type { TestIndex } from '../../index/testing/open-index.ts';
import type { BookScope } from '../../index/contact-index.ts';
import type { OpenContactIndex } from '../../index/create-contact-index.ts';
import type { PassKind, SyncMethod, SyncState } from '../../index/sync-store.ts';
import { createPhoneNumbers } from '../../phone-number.ts';
import { adoptConnections } from '../adopt-connections.ts';
import { createContactSync, SYNC_TIMES } from '../contact-sync.ts';
import type { ContactSync, ContactSyncDeps } from '../contact-sync.ts';
import { askedAt } from '../sync-actions.ts';
import type { SyncActionDeps } from '../sync-actions.ts';
import type { ListingCrm } from './listing-crm.ts';
import { startListingCrm } from './listing-crm.ts';

/** What the tests of a file share: it takes a second to open. */
export interface SyncSite {
  readonly opened: TestIndex;
  readonly egressOf: (crm: FakeCrm) => Egress;
  close(): Promise<void>;
}

export interface SyncKit extends ListingCrm {
  readonly index: OpenContactIndex;
  readonly of: BookScope;
  /** What is said of the connection; changes count from the next page on. */
  readonly connection: { is: OpenConnection | undefined };
  readonly actions: SyncActionDeps;
  /** Another process on the same database. */
  newWorker(name: string, more?: Partial<ContactSyncDeps>): ContactSync;
  state(method?: SyncMethod): Promise<SyncState | undefined>;
  ask(kind: PassKind): Promise<void>;
  /** Waits until the state is as wished; fails after some seconds. */
  until(what: (state: SyncState | undefined) => boolean, method?: SyncMethod): Promise<SyncState>;
  /** Ids of the people that the index has. */
  ids(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const PATIENCE_MS = 20_000;

export async function openSyncSite(databases: TestDatabases): Promise<SyncSite> {
  const opened = await openTestIndex(databases);
  const open: Egress[] = [];
  return {
    opened,
    egressOf: (crm) => {
      const rules = parseAllowRules(crm.host);
      if (!rules.ok) throw new Error('the fake CRM has no address');
      const { monotonic } = systemClock;
      const egress = createEgress({ allow: rules.rules, plainHttp: rules.rules, monotonic });
      open.push(egress);
      return egress;
    },
    close: async () => {
      await Promise.all(open.map((egress) => egress.close()));
      await opened.close();
    },
  };
}

/** A connection with its CRM over real sockets, and the workers that sync it. */
export async function startSyncKit(
  site: SyncSite,
  options: {
    readonly document: string;
    readonly options?: Readonly<Record<string, unknown>>;
  },
): Promise<SyncKit> {
  const listing = await startListingCrm();
  const { index, database } = site.opened;
  const egress = site.egressOf(listing.crm);
  const runner = createMethodRunner({
    ...{ egress, phones: createPhoneNumbers(), clock: systemClock, randomId: randomUUID },
  });
  const of = { organizationId: 'org-1', connectionId: randomUUID() };
  const connection: { is: OpenConnection | undefined } = {
    is: connectionOf(of, listing, options),
  };
  const workers: ContactSync[] = [];
  const newWorker: SyncKit['newWorker'] = (node, more = {}) => {
    const worker = createContactSync({
      ...{ index, database, clock: systemClock, node },
      openConnections: {
        open: async () => {
          if (connection.is === undefined) throw new AppError('not_found', 'It is gone.');
          return connection.is;
        },
      },
      lists: {
        list: (call, { document, ...rest }, signal) =>
          runner.list({ ...call, document, connection: rest }, signal),
      },
      admission: createBackgroundAdmission({ database, clock: systemClock }),
      places: createPlaces({ clock: systemClock, wake: () => {} }),
      isHeld: async () => false,
      urlsOf: async () => () => undefined,
      events: { passRan: () => {}, noSpace: () => {} },
      adopt: () =>
        adoptConnections({
          index,
          now: () => database.now(),
          listConnections: async () => (connection.is === undefined ? [] : [of]),
        }),
      times: { ...SYNC_TIMES, pollEveryMs: 10, adoptEveryMs: 20 },
      log: { warn: () => {} },
      ...more,
    });
    workers.push(worker);
    worker.start();
    return worker;
  };
  const state: SyncKit['state'] = async (method = 'Contacts') =>
    (await index.sync.read(of)).states.find((one) => one.method === method);
  return Object.assign(listing, {
    ...{ index, of, connection, newWorker, state },
    actions: {
      store: index.sync,
      now: () => database.now(),
      wake: () => {
        for (const worker of workers) worker.wake();
      },
    },
    ask: async (kind: PassKind) => {
      const { states } = await index.sync.read(of);
      await index.sync.ask(of, { kind, at: askedAt(states, database.now()) });
    },
    until: async (what: (seen: SyncState | undefined) => boolean, method?: SyncMethod) => {
      const end = Date.now() + PATIENCE_MS;
      for (;;) {
        const seen = await state(method);
        if (seen !== undefined && what(seen)) return seen;
        if (Date.now() > end) throw new Error(`It never came: ${JSON.stringify(seen)}`);
        await systemClock.sleep(10);
      }
    },
    ids: async () => {
      const found = await index.search(of, 'person', {
        ...{ limit: 100, signal: new AbortController().signal },
      });
      return found.map(({ crmId }) => crmId).toSorted((a, b) => Number(a) - Number(b));
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
      await index.dropBook(of);
      await listing.crm.close();
    },
  });
}

function connectionOf(
  of: { readonly organizationId: string; readonly connectionId: string },
  { crm }: ListingCrm,
  given: { readonly document: string; readonly options?: Readonly<Record<string, unknown>> },
): OpenConnection {
  const document = compileDocument(given.document);
  const properties = { Address: crm.origin };
  const options = parseOptions(given.options ?? {});
  return {
    id: of.connectionId,
    organizationId: of.organizationId,
    ...{ name: 'CRM', revision: 1, state: 'active', stateUntil: null, document, properties },
    ...{ options, limits: options.rate === undefined ? [] : [options.rate], secrets: [] },
    ...{ country: 'GB', timezone: 'Europe/London' },
    origins: document.originsOf(properties),
  };
}
