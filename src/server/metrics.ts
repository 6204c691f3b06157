import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Sums over all organizations, read from the database when the metrics are asked for. */
export interface Statistics {
  readonly connectionsByState: Readonly<Record<string, number>>;
  /** Addresses that failed lately, by state: watched, broken or opening. */
  readonly hostsByState: Readonly<Record<string, number>>;
  readonly stepsByState: Readonly<Record<string, number>>;
  /** Steps whose outcome is being found out. */
  readonly unknownOutcomes: number;
  /** Steps that may have been done twice, since the beginning of the ledger. */
  readonly possibleDuplicates: number;
  /** Seconds that the longest waiting lane could have been worked on; 0 when none waits. */
  readonly oldestReadyLaneSeconds: number;
}

export interface Metrics {
  /** All metrics in the text format of Prometheus 0.0.4. */
  read(): Promise<string>;
  /** Counts one call event by what became of it: accepted, repeated or refused. */
  countEvent(result: string): void;
  /** Takes in one run of a contact sync: until its end, a fault, or a pause. */
  countSync(run: SyncRun): void;
}

export interface SyncRun {
  readonly result: 'complete' | 'waiting' | 'paused' | 'failed';
  /** Records that the CRM told of. */
  readonly records: number;
  readonly seconds: number;
}

/** From a list of one page to a million contacts of a CRM that is asked slowly. */
const SYNC_SECONDS = [1, 10, 60, 300, 1_800, 7_200];

/**
 * The server's metrics. Counters count since the process began; gauges are read from the database
 * at each scrape, so they are right after a restart and on every node.
 */
export function createMetrics(
  readStatistics: () => Promise<Statistics>,
  /** Contacts that are kept, by kind: person or company. */
  countContacts: () => Promise<Readonly<Record<string, number>>> = async () => ({}),
): Metrics {
  const registry = new Registry();
  const events = new Counter({
    name: 'patchcord_call_events_total',
    help: 'Call events by result: accepted, repeated or refused.',
    labelNames: ['result'],
    registers: [registry],
  });
  const syncs = new Counter({
    name: 'patchcord_contact_syncs_total',
    help: 'Runs of contact syncs by result: complete, waiting (complete, but deletions need a word), paused or failed.',
    labelNames: ['result'],
    registers: [registry],
  });
  const records = new Counter({
    name: 'patchcord_contact_sync_records_total',
    help: 'Contacts and companies that CRMs told of.',
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'patchcord_contact_sync_seconds',
    help: 'Duration of runs of contact syncs.',
    buckets: SYNC_SECONDS,
    registers: [registry],
  });
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name: `patchcord_${name}`, help, labelNames, registers: [registry] });
  const connections = gauge('connections', 'Connections by state.', ['state']);
  const hosts = gauge(
    'hosts',
    'Addresses of CRMs that failed lately: watched, broken (only probes are sent) or opening.',
    ['state'],
  );
  const contacts = gauge('contacts', 'Contacts that are kept, by kind.', ['kind']);
  const steps = gauge('steps', 'Steps that are not settled, by state.', ['state']);
  const unknown = gauge('unknown_outcomes', 'Steps whose outcome is being found out.');
  const duplicates = gauge('possible_duplicates', 'Steps that may have been done twice.');
  const oldest = gauge('oldest_ready_lane_seconds', 'Wait of the oldest lane with work to do.');
  return {
    read: async () => {
      const statistics = await readStatistics();
      contacts.reset();
      for (const [kind, count] of Object.entries(await countContacts())) {
        contacts.set({ kind }, count);
      }
      setStates(connections, statistics.connectionsByState);
      setStates(hosts, statistics.hostsByState);
      setStates(steps, statistics.stepsByState);
      unknown.set(statistics.unknownOutcomes);
      duplicates.set(statistics.possibleDuplicates);
      oldest.set(statistics.oldestReadyLaneSeconds);
      return await registry.metrics();
    },
    countEvent: (result) => {
      events.inc({ result });
    },
    countSync: (run) => {
      syncs.inc({ result: run.result });
      records.inc(run.records);
      durations.observe(run.seconds);
    },
  };
}

function setStates(gauge: Gauge, counts: Readonly<Record<string, number>>): void {
  gauge.reset();
  for (const [state, count] of Object.entries(counts)) gauge.set({ state }, count);
}
