import { describe, expect, it } from 'vitest';

import { mayRepeat } from '../runtime/classify.ts';
import type { GoldenFault } from '../runtime/testing/golden/fault.ts';
import { GOLDEN_FAULTS } from '../runtime/testing/golden/faults.ts';
import { createGoldenRunner } from '../runtime/testing/golden/golden-run.ts';
import type { Verb } from '../runtime/testing/golden/golden-run.ts';
import { readAnswer } from './commit-outcome.ts';
import { DELIVERY_POLICY } from './delivery-policy.ts';
import { settleAsk } from './settle-ask.ts';
import { settleRun } from './settle.ts';
import type { StepChange } from './settle.ts';
import type { Step, StepMethod } from './step.ts';
import { aStep } from './testing/a-step.ts';
import { EXPECTED_STEPS } from './testing/golden-steps.ts';
import type { ExpectedStep } from './testing/golden-steps.ts';

const NOW = 1_000_000_000;
const CHANGES = [
  'AnswerCallActivity',
  'UpdateActivity',
  'AssignActivity',
  'StopCallActivity',
] as const;
const CREATES = ['CreateContact', 'CreateActivity'] as const;

/** One step in one situation. */
interface Case {
  readonly column: keyof ExpectedStep;
  readonly method: StepMethod;
  readonly verb: Verb;
  readonly canAsk: boolean;
}

const CASES: readonly Case[] = [
  { column: 'find', method: 'FindContact', verb: 'POST', canAsk: false },
  ...CREATES.flatMap((method): readonly Case[] => [
    { column: 'create', method, verb: 'POST', canAsk: true },
    { column: 'put', method, verb: 'PUT', canAsk: true },
    { column: 'blind', method, verb: 'POST', canAsk: false },
  ]),
  ...CHANGES.flatMap((method): readonly Case[] => [
    { column: 'change', method, verb: 'POST', canAsk: false },
    { column: 'repeatable', method, verb: 'PUT', canAsk: false },
  ]),
  { column: 'upload', method: 'UploadFile', verb: 'POST', canAsk: false },
];

const golden = createGoldenRunner();

async function differences(fault: GoldenFault, expected: ExpectedStep | undefined) {
  const found: string[] = [];
  const judge = (column: keyof ExpectedStep, of: string, got: string): void => {
    const wanted = expected?.[column] ?? 'no expectation';
    if (got !== wanted) found.push(`${of}: ${got}, not ${wanted}`);
  };
  for (const { column, method, verb, canAsk } of CASES) {
    const step = aStep(method, { firstAt: NOW });
    judge(
      column,
      `${method} ${column}`,
      changeText(await run(fault, { step, verb, canAsk }), step),
    );
  }
  const lost = aStep('CreateActivity', { state: 'unknown', unknownAt: NOW, attempts: 1 });
  judge('ask', 'FindActivity', changeText(await ask(fault, lost), lost));
  return found;
}

async function run(
  fault: GoldenFault,
  { step, verb, canAsk }: { step: Step; verb: Verb; canAsk: boolean },
): Promise<StepChange> {
  const { outcome, executedWithoutId } = await golden.run(fault, step.method, { verb });
  const idempotent = mayRepeat({ method: step.method, httpMethod: verb });
  return settleRun({ ...situation(step, canAsk), outcome, executedWithoutId, idempotent });
}

async function ask(fault: GoldenFault, step: Step): Promise<StepChange> {
  const answer = readAnswer(await golden.run(fault, 'FindActivity'));
  const given = { executedWithoutId: false, idempotent: false };
  return settleAsk({ ...situation(step, true), ...given }, answer);
}

function situation(step: Step, canAsk: boolean) {
  const onUnknown = 'retry_once' as const;
  return { step, canAsk, onUnknown, policy: DELIVERY_POLICY, now: NOW, random: 0.5 };
}

function changeText(change: StepChange, step: Step): string {
  const { state, reason, attempts = step.attempts, asked = 0 } = change;
  return [
    state,
    ...(reason === undefined ? [] : [reason]),
    attempts,
    ...(change.possibleDuplicate === true ? ['flagged'] : []),
    ...(change.executed === true ? ['executed'] : []),
    ...(asked > 0 ? [`asked ${asked}`] : []),
    ...(change.connection === undefined ? [] : [change.connection.kind]),
  ].join(' ');
}

describe('what each fault makes of each step', () => {
  it.each(GOLDEN_FAULTS.map((fault) => [fault.name, fault] as const))('%s', async (name, fault) => {
    expect(await differences(fault, EXPECTED_STEPS[name])).toEqual([]);
  });

  it('stands in the table once for each fault', () => {
    const names = GOLDEN_FAULTS.map(({ name }) => name);

    expect(Object.keys(EXPECTED_STEPS).toSorted()).toEqual(names.toSorted());
  });

  it('is found where the table is wrong in one place', async () => {
    const fault = GOLDEN_FAULTS.find(({ name }) => name === '502');
    const right = EXPECTED_STEPS['502'];
    if (fault === undefined || right === undefined) throw new Error('no such fault');

    expect(await differences(fault, { ...right, upload: 'done 0' })).toEqual([
      'UploadFile upload: pending 1 flagged, not done 0',
    ]);
  });
});
