import { backoffMs } from './delivery-policy.ts';
import type { Values } from '../document/values/values.ts';
import type { MethodProgress } from '../runtime/method-call.ts';
import { asSentence } from '../text/as-sentence.ts';
import type { DeliveryPolicy } from './delivery-policy.ts';
import type { Step, StepPart, StepProgress, StepReason, StepState } from './step.ts';

/** The part of the runtime's outcome that decides about a step. */
export interface SettleOutcome {
  readonly kind: string;
  readonly effect: 'executed' | 'not_executed' | 'unknown';
  readonly action: 'succeed' | 'retry' | 'wait' | 'refresh' | 'look_up' | 'skip' | 'park' | 'fail';
  readonly retryAfterMs?: number;
  /** A wait that counts towards giving up. */
  readonly usesTry?: true;
  readonly message: string;
}

export interface SettleInput {
  readonly step: Step;
  readonly outcome: SettleOutcome;
  /** The CRM executed a create whose answer lacks the id that the document maps. */
  readonly executedWithoutId: boolean;
  /** Of a method of several requests: this one succeeded, and where the next one begins. */
  readonly next?: MethodProgress;
  /** Which of them this one was. */
  readonly part?: StepPart;
  /** True when a repetition does no harm: GET, PUT, PATCH, DELETE, or the document says so. */
  readonly idempotent: boolean;
  /** The document can look up what a create made. */
  readonly canAsk: boolean;
  readonly onUnknown: 'retry_once' | 'park';
  /** Uses up no try: it asked whether the CRM is back, and it is not, or it was we who ended it. */
  readonly isFree?: boolean;
  readonly policy: DeliveryPolicy;
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

/** What becomes of a step. Only the members that are named change. */
export interface StepChange {
  readonly state: StepState;
  readonly reason?: StepReason;
  readonly message?: string;
  readonly attempts?: number;
  readonly readyAt?: number;
  readonly possibleDuplicate?: boolean;
  readonly unknownAt?: number;
  readonly asked?: number;
  readonly executed?: boolean;
  /** Null: as if it had never been tried. */
  readonly firstAt?: null;
  /** Null: the method begins. */
  readonly progress?: StepProgress | null;
  readonly sentValues?: Values | null;
  readonly keyNumber?: number;
  /** What the whole connection learns from this outcome. */
  readonly connection?:
    | { readonly kind: 'throttled'; readonly retryAfterMs?: number }
    | { readonly kind: 'unauthorized' }
    /** The server that gives credentials is away. */
    | { readonly kind: 'sign_in_unavailable'; readonly retryAfterMs?: number }
    | { readonly kind: 'forbidden' };
}

/** Says what an outcome means for the step whose request it answers: pure, times are passed in. */
export function settleRun(input: SettleInput): StepChange {
  const { step, outcome } = input;
  if (input.next !== undefined && outcome.action === 'succeed') return partDone(input, input.next);
  if (input.executedWithoutId && NEEDS_ID.has(step.method)) return executedWithoutId(input);
  // Whatever the rest of the answer is worth: a change that was executed is done.
  if (
    outcome.effect === 'executed' &&
    !NEEDS_ID.has(step.method) &&
    step.method !== 'FindContact'
  ) {
    return { state: 'done', message: outcome.message };
  }
  if (outcome.kind === 'gone' || (outcome.kind === 'not_found' && step.method !== 'FindContact'))
    return settleGone(input);
  switch (outcome.action) {
    case 'succeed':
      return { state: 'done', message: outcome.message };
    case 'wait':
      return {
        ...(outcome.usesTry === true ? retry(input) : again(input, 0)),
        connection: told(outcome),
      };
    case 'refresh':
      return { ...again(input, 0), connection: { kind: 'unauthorized' } };
    case 'retry':
      return maybeExecuted(input) ? flagged(input, retry(input)) : retry(input);
    case 'look_up':
      return lostAnswer(input);
    case 'skip':
      return leaveOut(input);
    case 'park':
    case 'fail':
      return refuse(input);
  }
}

/** The next request of the method is a new one: its tries and its patience begin anew. */
function partDone({ step, outcome, part, now }: SettleInput, next: MethodProgress): StepChange {
  const which = part === undefined ? '' : `Part ${part.number} of ${part.of} is done. `;
  return {
    ...beginAnew(now),
    possibleDuplicate: step.possibleDuplicate,
    message: `${which}${outcome.message}`,
    progress: next,
    sentValues: null,
  };
}

/** A request of which nothing has been tried. */
export function beginAnew(now: number): Omit<StepChange, 'state'> & { readonly state: 'pending' } {
  return { state: 'pending', attempts: 0, asked: 0, executed: false, firstAt: null, readyAt: now };
}

/** Later steps name what these made. */
const NEEDS_ID: ReadonlySet<string> = new Set(['CreateActivity', 'CreateContact']);

/**
 * The same for a request of which nothing is known but that it may have left: the process died
 * between `sending` and the settlement.
 */
export function settleLost(input: Omit<SettleInput, 'outcome' | 'executedWithoutId'>): StepChange {
  const { step, policy, now, random } = input;
  const outcome: SettleOutcome = {
    kind: 'lost',
    effect: 'unknown',
    action: 'look_up',
    message: 'Patchcord stopped while the request was under way',
  };
  if (input.idempotent && !isPatienceOver(input, step.attempts)) {
    // That we stopped says nothing about the CRM, so it costs the step no try.
    const { attempts } = step;
    const readyAt = now + backoffMs(1, policy, random);
    return { state: 'pending', attempts, readyAt, message: outcome.message };
  }
  return lostAnswer({ ...input, executedWithoutId: false, outcome });
}

function executedWithoutId(input: SettleInput): StepChange {
  const { step, canAsk, policy, now } = input;
  const message = 'The CRM accepted the request, but its answer lacks the id';
  if (!canAsk) return parkTried(step, 'executed_without_id', message);
  return { ...firstQuestion(policy, now), executed: true, message };
}

function lostAnswer(input: SettleInput): StepChange {
  const { step, outcome, policy, now } = input;
  // A conflict often is our own earlier request: what may be repeated would only meet it again.
  const conflict = outcome.kind === 'conflict';
  if (input.idempotent && !(conflict && input.canAsk)) return retry(input);
  if (input.canAsk && !isPatienceOver(input, step.attempts + 1))
    return {
      ...firstQuestion(policy, now),
      attempts: step.attempts + (input.isFree === true ? 0 : 1),
      message: outcome.message,
    };
  // One repetition at most, of a change too: a second unknown outcome would make a third record, or
  // a third comment, possible.
  if (input.onUnknown === 'park' || step.possibleDuplicate) {
    return conflict
      ? parkTried(step, 'conflict', outcome.message)
      : parkTried(step, 'unknown_outcome', outcome.message);
  }
  const message = `${asSentence(outcome.message)} Whether the CRM executed the request is unknown`;
  return { ...again(input, 1), possibleDuplicate: true, message };
}

/** A gateway's failure says nothing about what happened behind it; a conflict is the CRM's own no. */
function maybeExecuted({ outcome }: SettleInput): boolean {
  return outcome.effect === 'unknown' && outcome.kind !== 'conflict';
}

/** A second POST of a change may stand there twice: some CRMs append each as a comment. */
function flagged({ idempotent }: Pick<SettleInput, 'idempotent'>, change: StepChange): StepChange {
  const again = change.state === 'pending' && !idempotent;
  return again ? { ...change, possibleDuplicate: true } : change;
}

function firstQuestion(policy: DeliveryPolicy, now: number): StepChange {
  return { state: 'unknown', unknownAt: now, asked: 0, readyAt: now + (policy.askAfterMs[0] ?? 0) };
}

function settleGone(input: SettleInput): StepChange {
  const { step, outcome } = input;
  if (step.rank <= 10 && step.progress === undefined) return refuse(input);
  if (outcome.action === 'retry') return again(input, 1);
  return parkTried(
    step,
    'gone',
    `The record of the call was deleted in the CRM: ${outcome.message}`,
  );
}

function retry(input: SettleInput): StepChange {
  const { step, outcome, policy } = input;
  const tries = step.attempts + 1;
  const isFree = input.isFree === true;
  // Who is told to wait is refused less finally than who fails.
  const lookups = outcome.action === 'wait' ? policy.giveUpTries : policy.lookupTries;
  if (step.method === 'FindContact' && tries >= lookups && !isFree) {
    return {
      state: 'skipped',
      attempts: tries,
      reason: 'not_identified',
      message: `Nobody could be identified: ${outcome.message}`,
    };
  }
  if (outcome.kind === 'certificate' && tries >= policy.certificateTries) {
    return { ...park(step, 'certificate', outcome.message), attempts: tries };
  }
  if (isFree) return again(input, 0);
  if (isPatienceOver(input, tries)) {
    return { ...park(step, 'gave_up', `The last answer was: ${outcome.message}`), attempts: tries };
  }
  return again(input, 1);
}

function isPatienceOver(
  { step, policy, now }: Pick<SettleInput, 'step' | 'policy' | 'now'>,
  tries: number,
): boolean {
  return now - (step.firstAt ?? now) >= policy.giveUpMs && tries >= policy.giveUpTries;
}

/** Surely not executed, or harmless to repeat: pending again. */
function again({ step, outcome, policy, now, random }: SettleInput, cost: 0 | 1): StepChange {
  const attempts = step.attempts + cost;
  const delay = cost === 0 ? 0 : delayOf(attempts, outcome, { policy, random });
  return { state: 'pending', attempts, readyAt: now + delay, message: outcome.message };
}

/** As long as the CRM asks for; but whoever says "in a second" for days is asked ever less often. */
function delayOf(
  attempts: number,
  { retryAfterMs }: SettleOutcome,
  { policy, random }: Pick<SettleInput, 'policy' | 'random'>,
): number {
  const backoff = backoffMs(attempts, policy, random);
  if (retryAfterMs === undefined) return backoff;
  return attempts > policy.giveUpTries ? Math.max(retryAfterMs, backoff) : retryAfterMs;
}

/** The document's own rule about this answer. */
function leaveOut({ step, outcome }: SettleInput): StepChange {
  const { attempts } = step;
  const reason = step.method === 'FindContact' ? 'not_identified' : 'answer_skipped';
  return { state: 'skipped', reason, message: outcome.message, attempts: attempts + 1 };
}

const PARK_REASONS: ReadonlyMap<string, StepReason> = new Map([
  ['forbidden', 'forbidden'],
  ['conflict', 'conflict'],
  ['unreadable', 'unreadable'],
  ['too_large', 'too_large'],
  ['redirected', 'redirected'],
  ['blocked', 'blocked'],
  ['certificate', 'certificate'],
]);

function refuse({ step, outcome }: SettleInput): StepChange {
  const connection = outcome.kind === 'forbidden' ? ({ kind: 'forbidden' } as const) : undefined;
  const attempts = step.attempts + 1;
  const of = { attempts, ...(connection === undefined ? {} : { connection }) };
  if (step.method === 'FindContact') {
    const message = `Nobody could be identified: ${outcome.message}`;
    return { state: 'skipped', reason: 'not_identified', message, ...of };
  }
  return { ...park(step, PARK_REASONS.get(outcome.kind) ?? 'refused', outcome.message), ...of };
}

/** A person must look; the tries stay as they are. */
export function park(step: Step, reason: StepReason, message: string): StepChange {
  return { state: 'parked', reason, message, attempts: step.attempts };
}

/** Of a request that was sent just now. */
function parkTried(step: Step, reason: StepReason, message: string): StepChange {
  return { ...park(step, reason, message), attempts: step.attempts + 1 };
}

/** For whom everything waits: the CRM, or the server that gives its credentials. */
export function told(outcome: SettleOutcome): NonNullable<StepChange['connection']> {
  return {
    kind: outcome.kind === 'sign_in_unavailable' ? 'sign_in_unavailable' : 'throttled',
    ...(outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs }),
  };
}
