import type { Values } from '../../document/values/values.ts';
import type { PreparedStep, StepRecord, StepRun, StepRunner } from '../step-runner.ts';

export interface FakeSend {
  readonly connectionId: string;
  readonly method: string;
  readonly values: Values;
  readonly recordAgeMs?: number;
}

export interface FakeRunner extends StepRunner {
  /** Every request that left, in order. */
  readonly sent: FakeSend[];
  /** What the next requests of a method answer, in order; then it succeeds again. */
  answer(method: string, ...runs: readonly (StepRun | 'hang')[]): void;
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
  return {
    sent,
    answer: (method, ...runs) => answers.set(method, [...(answers.get(method) ?? []), ...runs]),
    refuse: (method, answer) => {
      if (answer === undefined) refusals.delete(method);
      else refusals.set(method, answer);
    },
    prepare: async ({ connection, method, values, recordAgeMs }) =>
      refusals.get(method) ?? {
        status: 'ready',
        idempotent: method.startsWith('Find'),
        send: (signal) => {
          const age = recordAgeMs === undefined ? {} : { recordAgeMs };
          sent.push({ connectionId: connection.id, method, values, ...age });
          const told = answers.get(method)?.shift();
          if (told !== 'hang') return Promise.resolve(told ?? success(method, sent.length));
          return new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve(LOST));
          });
        },
      },
  };
}

function success(method: string, count: number): StepRun {
  if (method === 'CreateActivity') return aRun({}, [{ activity_id: `act-${count}` }]);
  if (method === 'CreateContact') return aRun({}, [{ contact_id: `new-${count}` }]);
  if (method === 'FindActivity') return aRun({ kind: 'not_found', message: 'not found' });
  return aRun();
}
