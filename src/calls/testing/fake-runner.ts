import type { Values } from '../../document/values/values.ts';
import type { PreparedStep, StepRecord, StepRun, StepRunner } from '../step-runner.ts';

export interface FakeSend {
  readonly connectionId: string;
  readonly method: string;
  readonly values: Values;
  readonly recordAgeMs?: number;
  /** Of a method of several requests: which one, from 1. */
  readonly part?: number;
  readonly idempotencyKey?: string | undefined;
}

/** One request of a method of several. */
export interface FakePart {
  /** What its answer binds. */
  readonly record?: StepRecord;
  /** Its answer tells the id of the record that the method is about. */
  readonly makesRecord?: true;
  /** The CRM knows repeated ones by their key. */
  readonly keyed?: true;
}

export interface FakeRunner extends StepRunner {
  /** Every request that left, in order. */
  readonly sent: FakeSend[];
  /** What the next requests of a method answer, in order; then it succeeds again. */
  answer(method: string, ...runs: readonly (StepRun | 'hang')[]): void;
  /** From now on a method has these requests. */
  several(method: string, parts: readonly FakePart[]): void;
  /** What `prepare` answers for a method from now on. */
  refuse(method: string, answer: PreparedStep | undefined): void;
}

type Outcome = StepRun['outcome'];

/** A run with this outcome; by default a success that binds nothing. */
export function aRun(outcome: Partial<Outcome> = {}, records: readonly StepRecord[] = []): StepRun {
  return {
    outcome: {
      kind: 'success',
      effect: 'executed',
      action: 'succeed',
      breaker: false,
      message: 'The CRM answered 200',
      ...outcome,
    },
    records,
    executedWithoutId: false,
    exchanges: [
      {
        request: { method: 'POST', url: 'https://crm.test/', headers: {} },
        response: { status: 200, headers: {}, body: '{}', truncated: false },
        startedAt: 1,
        durationMs: 2,
      },
    ],
    notes: [],
  };
}

export const LOST = aRun({
  kind: 'lost',
  effect: 'unknown',
  action: 'look_up',
  breaker: true,
  message: 'The answer was lost',
});
export const REFUSED = aRun({
  kind: 'refused',
  effect: 'not_executed',
  action: 'fail',
  message: 'The CRM says: subject is too long',
});
export const UNAVAILABLE = aRun({
  kind: 'unavailable',
  effect: 'not_executed',
  action: 'retry',
  breaker: true,
  message: 'The CRM answered 503',
});

/** Stands in for the runtime: succeeds, with ids, unless told otherwise. */
export function createFakeRunner(): FakeRunner {
  const sent: FakeSend[] = [];
  const answers = new Map<string, (StepRun | 'hang')[]>();
  const refusals = new Map<string, PreparedStep>();
  const methods = new Map<string, readonly FakePart[]>();
  return {
    sent,
    answer: (method, ...runs) => answers.set(method, [...(answers.get(method) ?? []), ...runs]),
    several: (method, parts) => void methods.set(method, parts),
    refuse: (method, answer) => {
      if (answer === undefined) refusals.delete(method);
      else refusals.set(method, answer);
    },
    prepare: async ({ connection, method, values, recordAgeMs, progress, idempotencyKey }) => {
      const refused = refusals.get(method);
      if (refused !== undefined) return refused;
      const parts = methods.get(method) ?? [{}];
      const at = progress?.request ?? 0;
      const part = parts[at];
      if (part === undefined) {
        return { status: 'not_sent', reason: 'nothing_left', message: 'All of it is done' };
      }
      const { makesRecord, keyed } = part;
      const isOne = parts.length === 1;
      const run = (told: StepRun | undefined): StepRun => {
        if (isOne) return told ?? success(method, sent.length, part.record);
        const answer = told ?? aRun({}, [part.record ?? {}]);
        if (answer.outcome.action !== 'succeed') return answer;
        const bound = { ...progress?.bound, ...answer.records[0] };
        const next = { object: 0, request: at + 1, bound };
        return { ...answer, records: [bound], ...(at + 1 < parts.length ? { next } : {}) };
      };
      return {
        status: 'ready',
        idempotent: method.startsWith('Find') || keyed === true,
        ...(keyed === undefined ? {} : { keyed }),
        ...(makesRecord === undefined ? {} : { makesRecord }),
        ...(isOne
          ? {}
          : { part: { number: at + 1, of: parts.length }, place: { object: 0, request: at } }),
        send: (signal) => {
          const age = recordAgeMs === undefined ? {} : { recordAgeMs };
          const which = isOne ? {} : { part: at + 1 };
          const key = keyed === undefined ? {} : { idempotencyKey };
          sent.push({ connectionId: connection.id, method, values, ...age, ...which, ...key });
          const told = answers.get(method)?.shift();
          if (told !== 'hang') return Promise.resolve(run(told));
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve(LOST));
          });
        },
      };
    },
  };
}

function success(method: string, count: number, record?: StepRecord): StepRun {
  if (record !== undefined) return aRun({}, [record]);
  if (method === 'CreateActivity') return aRun({}, [{ activity_id: `act-${count}` }]);
  if (method === 'CreateContact') return aRun({}, [{ contact_id: `new-${count}` }]);
  if (method === 'FindActivity') return aRun({ kind: 'not_found', message: 'not found' });
  return aRun();
}
