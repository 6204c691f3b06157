import { createBackgroundAdmission } from '../connections/background-admission.ts';
import { listConnectionIds } from '../connections/connections-repository.ts';
import type { OpenConnection, OpenConnections } from '../connections/open-connection.ts';
import type { Places } from '../connections/places.ts';
import type { SignedInLists } from '../connections/sign-in/signed-in-runner.ts';
import type { SignIns } from '../connections/sign-in/sign-ins.ts';
import type { BookScope, ContactIndex } from '../contacts/index/contact-index.ts';
import { adoptConnections } from '../contacts/sync/adopt-connections.ts';
import type { BatchLimits } from '../contacts/sync/batch-writer.ts';
import { createContactSync, SYNC_TIMES } from '../contacts/sync/contact-sync.ts';
import type { ContactSync, SyncTimes } from '../contacts/sync/contact-sync.ts';
import type { SyncPoint } from '../contacts/sync/run-pass.ts';
import type { SyncActionDeps } from '../contacts/sync/sync-actions.ts';
import type { SyncEvents } from '../contacts/sync/sync-events.ts';
import { jsonText } from '../document/json-value.ts';
import type { PhoneNumbers } from '../document/values/values.ts';
import type { Logger } from '../logging/logger.ts';
import { findHold } from '../organizations/holds-repository.ts';
import { ADMIN } from '../organizations/scope.ts';
import { firstValues } from '../runtime/with-links.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import type { Metrics } from './metrics.ts';

export interface ContactPartsDeps {
  readonly index: ContactIndex;
  readonly database: Database;
  readonly openConnections: OpenConnections;
  readonly lists: SignedInLists;
  readonly signIns: Pick<SignIns, 'describe'>;
  readonly places: Places;
  readonly phones: PhoneNumbers;
  readonly clock: Clock;
  /** Name of this process; after a restart it is the same. */
  readonly node: string;
  readonly metrics: () => Pick<Metrics, 'countSync'>;
  /** Free space where the contacts are kept, in percent; absent: not ours to look at. */
  readonly freeDisk: (() => Promise<number>) | undefined;
  readonly log: Logger;
  readonly times?: Partial<SyncTimes> | undefined;
  readonly reached?: ((point: SyncPoint) => void) | undefined;
  readonly batches?: BatchLimits | undefined;
}

export interface ContactParts extends ContactSync {
  /** For the API. */
  readonly actions: SyncActionDeps;
  /** A connection is new, or other than before: its sync is planned anew, soon. */
  changed(of: BookScope): void;
}

/** The sync of contacts as a part of the server. */
export function createContactParts(deps: ContactPartsDeps): ContactParts {
  const { index, database, clock, log, freeDisk, reached, batches } = deps;
  const sync = createContactSync({
    ...{ index, database, clock, log },
    node: deps.node,
    openConnections: deps.openConnections,
    lists: deps.lists,
    places: deps.places,
    admission: createBackgroundAdmission({ database, clock }),
    isHeld: async (organizationId) =>
      (await findHold(database.read, { organizationId })) !== undefined,
    urlsOf: (connection) => urlsOf(deps, connection),
    events: eventsOf(deps),
    adopt: () =>
      adoptConnections({
        index,
        listConnections: (after, limit) =>
          listConnectionIds(database.read, ADMIN, { after, limit }),
        now: () => database.now(),
      }),
    times: { ...SYNC_TIMES, ...deps.times },
    ...(freeDisk === undefined ? {} : { freeDisk }),
    ...(reached === undefined ? {} : { reached }),
    ...(batches === undefined ? {} : { batches }),
  });
  let isWorking = false;
  return {
    start: () => {
      isWorking = true;
      sync.start();
    },
    wake: () => {
      sync.wake();
    },
    close: () => sync.close(),
    actions: {
      store: index.sync,
      now: () => database.now(),
      wake: () => {
        sync.wake();
      },
    },
    changed: (of) => {
      // Where nothing works, the next process that does finds it by itself.
      if (!isWorking) return;
      index.sync.schedule(of, database.now()).then(
        () => sync.wake(),
        (err: unknown) => {
          const id = { connection_id: of.connectionId };
          log.warn({ err, ...id }, 'the sync of a changed connection is planned a little later');
        },
      );
    },
  };
}

/** The page of a contact in its CRM, by the document and what the sign-in has told. */
async function urlsOf(
  { signIns, phones }: Pick<ContactPartsDeps, 'signIns' | 'phones'>,
  connection: OpenConnection,
): Promise<(record: Parameters<typeof firstValues>[0]) => string | undefined> {
  const { document, properties, country, timezone } = connection;
  if (jsonText(document.source, 'contact_url') === undefined) return () => undefined;
  const { kind } = document.signIn;
  const scope = { organizationId: connection.organizationId };
  const known =
    kind === 'oauth2' || kind === 'session'
      ? (await signIns.describe(scope, connection.id)).properties
      : {};
  const context = { country, timezone, phones, boundary: '' };
  return (record) =>
    document.link('contact_url', {
      ...context,
      properties: { ...properties, ...known },
      values: firstValues(record),
    });
}

function eventsOf({ log, metrics }: Pick<ContactPartsDeps, 'log' | 'metrics'>): SyncEvents {
  return {
    passRan: (of, { method, kind, durationMs, result, counts }) => {
      const id = { connection_id: of.connectionId, organization_id: of.organizationId };
      const run = { ...id, method, kind, ...counts, duration_ms: Math.round(durationMs) };
      const seconds = durationMs / 1_000;
      const told = { records: counts.received, seconds };
      if (result.kind === 'completed') {
        const isRefused = result.end.status === 'refused';
        metrics().countSync({ result: isRefused ? 'waiting' : 'complete', ...told });
        if (isRefused) log.warn({ ...run, missing: result.end.missing }, DELETIONS_WAIT);
        else if (kind === 'full') log.info(run, 'contacts were read in full');
        else log.debug(run, 'changed contacts were read');
        return;
      }
      if (result.kind === 'paused') {
        metrics().countSync({ result: 'paused', ...told });
        log.debug(run, 'reading contacts goes on later');
        return;
      }
      metrics().countSync({ result: 'failed', ...told });
      const code = 'code' in result.fate ? result.fate.code : 'anew';
      log.warn({ ...run, code }, 'reading contacts stopped');
    },
    noSpace: (of, percent) => {
      log.warn(
        { connection_id: of.connectionId, free_percent: Math.round(percent) },
        'contacts are not read: the disk is nearly full',
      );
    },
  };
}

const DELETIONS_WAIT =
  'more than a fifth of the contacts are gone; they stay until somebody agrees';
