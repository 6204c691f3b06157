import { beginAnew } from './settle.ts';
import type { StepChange } from './settle.ts';
import type { Step, StepProgress } from './step.ts';
import type { PreparedStep, StepRecord, StepRun } from './step-runner.ts';

type Ready = Extract<PreparedStep, { status: 'ready' }>;

/**
 * What is kept of a step while its request is under way, so that a lost answer is about this request
 * and no other. `undefined` for a method of one request, where there is nothing to tell apart.
 */
export function placeUnderWay(
  step: Pick<Step, 'progress'>,
  { place, part, makesRecord }: Pick<Ready, 'place' | 'part' | 'makesRecord'>,
): StepProgress | undefined {
  if (place === undefined) return step.progress;
  // A request that stands alone is all that the record comes from, whatever its answer tells.
  const makes = makesRecord === true || part === undefined;
  return {
    ...place,
    bound: step.progress?.bound ?? {},
    ...(step.progress?.since === undefined ? {} : { since: step.progress.since }),
    ...(makes ? { makesRecord: true } : {}),
  };
}

/** Where a step goes on whose request was executed after all, with what is known of its record. */
export function afterFound(progress: StepProgress, record: StepRecord, now: number): StepProgress {
  const { object, request, bound } = progress;
  return { object, request: request + 1, bound: { ...bound, ...record }, since: now };
}

/**
 * What the CRM's word that it has the record means for a step: a method of several requests goes on
 * with the next, where the step itself is not done yet.
 */
export function foundPart(
  change: StepChange,
  of: {
    readonly step: Pick<Step, 'progress'>;
    readonly run: Pick<StepRun, 'records'>;
    readonly now: number;
  },
): StepChange {
  const { step, run, now } = of;
  if (change.state !== 'done' || step.progress === undefined) return change;
  const progress = afterFound(step.progress, run.records[0] ?? {}, now);
  return { ...change, ...beginAnew(now), progress, sentValues: null };
}

/** True where a look-up of the record would tell what became of the request under way. */
export function tellsOfRecord({ progress }: Pick<Step, 'progress'>): boolean {
  return progress === undefined || progress.makesRecord === true;
}

/**
 * Completes what becomes of a step by where it stands then. A request that was surely not executed
 * leaves the step where it stood before; one of unknown outcome stays the one that is asked about.
 */
export function withProgress(
  change: StepChange,
  of: {
    readonly step: Pick<Step, 'progress' | 'sentValues'>;
    readonly run: Pick<StepRun, 'outcome'>;
    /** When the record of the step was made; epoch milliseconds. */
    readonly since?: number | undefined;
  },
): StepChange {
  const { since } = of;
  if (change.progress !== undefined && change.progress !== null) {
    const progress = { ...change.progress, ...(since === undefined ? {} : { since }) };
    return { ...change, progress };
  }
  if (change.state === 'done') return { ...change, progress: null, sentValues: null };
  if (of.run.outcome.effect !== 'not_executed') return change;
  const { progress = null, sentValues = null } = of.step;
  return { ...change, progress, sentValues };
}
