import { withoutNames } from '../contacts/allowed-fields.ts';
import { jsonShape } from '../text/json-shape.ts';
import type { CallConnection } from './call-connection.ts';
import type { Step } from './step.ts';
import type { StepRun } from './step-runner.ts';

/** Their answers tell of contacts. */
const OF_CONTACTS: ReadonlySet<Step['method']> = new Set(['FindContact', 'CreateContact']);
/** Characters of the keys of an answer. */
const SHAPE_CHARACTERS = 2_000;

/** What may be stored of a run: all of it, unless the connection leaves data of contacts out. */
export function keptRun(
  run: StepRun,
  of: {
    readonly step: Pick<Step, 'method'>;
    readonly connection: Pick<CallConnection, 'forgets'>;
  },
): StepRun {
  const { forgets } = of.connection;
  if (forgets === undefined || !OF_CONTACTS.has(of.step.method)) return run;
  return {
    ...run,
    records: run.records.map((record) => withoutNames(record, forgets)),
    exchanges: run.exchanges.map(withoutAnswer),
  };
}

/** What an answer looked like still tells why nobody was found in it. */
function withoutAnswer(exchange: StepRun['exchanges'][number]): StepRun['exchanges'][number] {
  const { response } = exchange;
  if (typeof response !== 'object' || response === null || !('body' in response)) return exchange;
  const { body } = response;
  const shape = typeof body === 'string' ? jsonShape(body, SHAPE_CHARACTERS) : undefined;
  return { ...exchange, response: { ...response, body: shape ?? '' } };
}
