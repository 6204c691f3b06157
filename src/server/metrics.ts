import { Counter, Gauge, Registry } from 'prom-client';

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
}

/**
 * The server's metrics. Counters count since the process began; gauges are read from the database
 * at each scrape, so they are right after a restart and on every node.
 */
export function createMetrics(readStatistics: () => Promise<Statistics>): Metrics {
  const registry = new Registry();
  const events = new Counter({
    name: 'patchcord_call_events_total',
    help: 'Call events by result: accepted, repeated or refused.',
    labelNames: ['result'],
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
  const steps = gauge('steps', 'Steps that are not settled, by state.', ['state']);
  const unknown = gauge('unknown_outcomes', 'Steps whose outcome is being found out.');
  const duplicates = gauge('possible_duplicates', 'Steps that may have been done twice.');
  const oldest = gauge('oldest_ready_lane_seconds', 'Wait of the oldest lane with work to do.');
  return {
    read: async () => {
      const statistics = await readStatistics();
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
  };
}

function setStates(gauge: Gauge, counts: Readonly<Record<string, number>>): void {
  gauge.reset();
  for (const [state, count] of Object.entries(counts)) gauge.set({ state }, count);
}
