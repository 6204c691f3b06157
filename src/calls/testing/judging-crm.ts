import type { Values } from '../../document/values/values.ts';
import type { StepCall, StepRecord, StepRun, StepRunner } from '../step-runner.ts';
import { aRun, LOST, REFUSED } from './fake-runner.ts';

export interface CrmContact {
  readonly id: string;
  readonly connectionId: string;
  readonly number: string;
  /** When its search finds it. */
  readonly searchableAt: number;
}

/** The record of a call as its CRM has it after all that was told. */
export interface CrmRecord {
  readonly id: string;
  readonly connectionId: string;
  readonly key: string;
  readonly stops: number;
  readonly values: Values;
}

export interface JudgingCrm extends StepRunner {
  readonly contacts: readonly CrmContact[];
  readonly records: readonly CrmRecord[];
  /** What no sane client does: a change of a record that is not there, a second stop. */
  readonly problems: readonly string[];
  /** Methods that are executed and whose next answer is lost. */
  lose(method: string): void;
  /** Methods whose next request is refused. */
  refuse(method: string): void;
  /** What is sent of a method from now on waits for `release`. */
  hold(method: string): { readonly arrived: Promise<void>; release(): void };
}

/** A CRM that keeps what it is told and judges it. Its search finds a contact `searchLagMs` late. */
export function judgingCrm(of: {
  readonly now: () => number;
  readonly searchLagMs?: number;
}): JudgingCrm {
  const contacts: CrmContact[] = [];
  const records: CrmRecord[] = [];
  const problems: string[] = [];
  const lost: string[] = [];
  const refused: string[] = [];
  const held = new Map<string, { arrive(): void; readonly released: Promise<void> }>();

  const change = ({ method, values }: StepCall): StepRun => {
    const at = records.findIndex((record) => record.id === values['activity_id']);
    const record = records[at];
    if (record === undefined) {
      problems.push(`${method} of a record that is not there`);
      return aRun({ kind: 'gone', effect: 'not_executed', action: 'fail' });
    }
    const stops = record.stops + (method === 'StopCallActivity' ? 1 : 0);
    if (stops > 1) problems.push('a second stop');
    records[at] = { ...record, stops, values: { ...record.values, ...values } };
    return aRun();
  };

  const create = ({ connection: { id: connectionId }, values }: StepCall): StepRecord => {
    const key = String(values['call_key']);
    if (records.some((record) => record.key === key)) problems.push(`a second record of ${key}`);
    const id = `act-${records.length + 1}`;
    records.push({ id, connectionId, key, stops: 0, values });
    return { activity_id: id };
  };

  const makeContact = ({ connection: { id: connectionId }, values }: StepCall): StepRecord => {
    const id = `new-${contacts.length + 1}`;
    const searchableAt = of.now() + (of.searchLagMs ?? 0);
    contacts.push({ id, connectionId, number: String(values['phone']), searchableAt });
    return { contact_id: id };
  };

  const execute = (call: StepCall): StepRun => {
    const { method, values, connection } = call;
    switch (method) {
      case 'FindContact':
        return found(
          contacts
            .filter(({ connectionId }) => connectionId === connection.id)
            .filter(({ number, searchableAt }) => {
              return number === values['phone'] && searchableAt <= of.now();
            })
            .map(({ id }) => ({ contact_id: id })),
        );
      case 'FindActivity':
        return found(
          records
            .filter(({ key }) => key === values['call_key'])
            .map(({ id }) => ({ activity_id: id })),
        );
      case 'CreateContact':
        return aRun({}, [makeContact(call)]);
      case 'CreateActivity':
        return aRun({}, [create(call)]);
      default:
        return change(call);
    }
  };

  return {
    contacts,
    records,
    problems,
    lose: (method) => {
      lost.push(method);
    },
    refuse: (method) => {
      refused.push(method);
    },
    hold: (method) => {
      let arrive = (): void => {};
      let release = (): void => {};
      const arrived = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      held.set(method, { arrive, released });
      return {
        arrived,
        release: () => {
          held.delete(method);
          release();
        },
      };
    },
    prepare: async (call) => ({
      status: 'ready',
      idempotent: call.method.startsWith('Find'),
      send: async () => {
        const waits = held.get(call.method);
        waits?.arrive();
        await waits?.released;
        if (take(refused, call.method)) return REFUSED;
        const run = execute(call);
        return take(lost, call.method) ? LOST : run;
      },
    }),
  };
}

function take(list: string[], method: string): boolean {
  const at = list.indexOf(method);
  if (at !== -1) list.splice(at, 1);
  return at !== -1;
}

function found(records: readonly StepRecord[]): StepRun {
  return records.length > 0 ? aRun({}, records) : aRun({ kind: 'not_found', message: 'not found' });
}
