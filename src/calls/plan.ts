import type { MethodName } from '../document/methods.ts';
import { decideLogging, partyNumber } from './call-rules.ts';
import type { LogOptions, SkipReason } from './call-rules.ts';
import { wasAnswered } from './call-facts.ts';
import type { CallFacts, RecordingFact } from './call-facts.ts';
import { ownerOf } from './owner.ts';
import type { LinkedUser, Owner } from './owner.ts';
import { isUnsent, STEP_RANKS } from './step.ts';
import type { Step, StepMethod, StepReason, UpdateReason } from './step.ts';

export interface PlanInput {
  readonly facts: CallFacts;
  /** What was known before the events that led to this plan. */
  readonly previous?: CallFacts;
  readonly methods: ReadonlySet<MethodName>;
  readonly options: LogOptions;
  /** By extension. */
  readonly links: ReadonlyMap<string, LinkedUser>;
  readonly steps: readonly Step[];
  /** False where several CRMs get the call: a contact's id belongs to one of them only. */
  readonly onlyConnection: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly times?: PlanTimes | undefined;
}

/** Milliseconds. */
export interface PlanTimes {
  /** Changes saved within this time are one run of `UpdateActivity`. */
  readonly mergeMs: number;
  /** An end without a ring: give the ring this long to arrive. */
  readonly lateRingMs: number;
}

export const PLAN_TIMES: PlanTimes = { mergeMs: 5_000, lateRingMs: 3_000 };

export interface NewStep {
  readonly key: string;
  readonly method: StepMethod;
  readonly rank: number;
  readonly readyAt: number;
  readonly reasons: readonly UpdateReason[];
  readonly recordingKey?: string;
  /** A step that ends as it begins, so that the ledger says what was not done and why. */
  readonly skipped?: { readonly reason: StepReason; readonly message: string };
}

export interface Plan {
  readonly add: readonly NewStep[];
  /** Unsent updates that tell the new change too. */
  readonly merge: readonly { readonly stepId: string; readonly reasons: readonly UpdateReason[] }[];
  readonly cancel: readonly {
    readonly stepId: string;
    readonly reason: StepReason;
    readonly message: string;
  }[];
  /** Why nothing goes to this CRM, as long as that is so. */
  readonly skip?: { readonly reason: SkipReason; readonly message: string };
}

/**
 * Says which steps a call needs on one connection, given those that exist: pure, and planning the
 * same facts again adds nothing. The facts may only have grown since `previous`.
 */
export function planCall(input: PlanInput): Plan {
  const decision = decideLogging(input.facts, input.options);
  const create = input.steps.find((step) => step.method === 'CreateActivity');
  // What the CRM may already know goes on to its end: a rule that turns late takes no record back.
  const begun = create !== undefined && !isUnsent(create);
  if (decision.status === 'skip' && !begun) return cancelPending(input, decision);
  const owner = ownerOf(input.facts, input.options, input.links);
  if (owner.kind === 'unlinked' && create === undefined) {
    return cancelPending(input, { reason: 'no_user_link', message: owner.message });
  }
  if (!input.methods.has('CreateActivity') && input.facts.phase === 'ended') {
    const message = 'the document has no CreateActivity, so calls are not written';
    return { ...cancelPending(input, { reason: 'absent_method', message }), add: planFind(input) };
  }
  const due = create !== undefined || (decision.status === 'log' && isCreateDue(input, owner));
  const changes = planChanges(input, owner, create);
  return {
    add: [
      ...planFind(input),
      ...(due && create === undefined ? planCreate(input) : []),
      ...(due ? planAnswer(input) : []),
      ...changes.add,
      ...(due ? planStop(input) : []),
      ...(due ? planUploads(input) : []),
    ],
    merge: changes.merge,
    cancel: planCancels(input),
  };
}

/** At ring or dial if the end is told separately, else when the call has ended. */
function isCreateDue({ facts, methods }: PlanInput, owner: Owner): boolean {
  if (!methods.has('CreateActivity')) return false;
  if (facts.phase === 'ended') return true;
  return methods.has('StopCallActivity') && owner.kind !== 'undecided';
}

function planFind(input: PlanInput): readonly NewStep[] {
  const { facts, methods, steps, now } = input;
  const { lateRingMs } = input.times ?? PLAN_TIMES;
  if (!methods.has('FindContact') || steps.some((step) => step.method === 'FindContact')) return [];
  if (facts.direction === 'internal') return [];
  if (partyNumber(facts) !== undefined) return [newStep('FindContact', 'FindContact', now)];
  // Without a number there is nothing to look for, unless the ring is late and tells it.
  return facts.phase === 'ended' ? [newStep('FindContact', 'FindContact', now + lateRingMs)] : [];
}

function planCreate(input: PlanInput): readonly NewStep[] {
  const { facts, methods, options, steps, now } = input;
  const { lateRingMs } = input.times ?? PLAN_TIMES;
  const readyAt = facts.withoutRing ? now + lateRingMs : now;
  const contact =
    options.unknown_callers === 'create_contact' &&
    methods.has('CreateContact') &&
    facts.direction !== 'internal' &&
    !steps.some((step) => step.method === 'CreateContact')
      ? [newStep('CreateContact', 'CreateContact', readyAt)]
      : [];
  return [...contact, newStep('CreateActivity', 'CreateActivity', readyAt)];
}

function planAnswer(input: PlanInput): readonly NewStep[] {
  return wasAnswered(input.facts) ? planOnce(input, 'AnswerCallActivity') : [];
}

function planStop(input: PlanInput): readonly NewStep[] {
  return input.facts.phase === 'ended' ? planOnce(input, 'StopCallActivity') : [];
}

function planOnce({ methods, steps, now }: PlanInput, method: StepMethod): readonly NewStep[] {
  const wanted = methods.has(method) && !steps.some((step) => step.method === method);
  return wanted ? [newStep(method, method, now)] : [];
}

function planUploads({ facts, methods, options, steps, now }: PlanInput): readonly NewStep[] {
  if (options.recordings !== 'upload' || !methods.has('UploadFile')) return [];
  return facts.recordings
    .filter(
      (recording) =>
        isFetchable(recording) && !steps.some((step) => step.key === uploadKey(recording)),
    )
    .map((recording) => ({
      ...newStep('UploadFile', uploadKey(recording), now),
      recordingKey: recording.key,
    }));
}

function uploadKey(recording: RecordingFact): string {
  return `UploadFile ${recording.key}`;
}

function isFetchable(recording: RecordingFact): boolean {
  return recording.url !== undefined || recording.recordingId !== undefined;
}

interface Changes {
  readonly add: readonly NewStep[];
  readonly merge: Plan['merge'];
}

/** What the CRM must be told because its record was made from less than is known now. */
function planChanges(input: PlanInput, owner: Owner, create: Step | undefined): Changes {
  const none: Changes = { add: [], merge: [] };
  const previous = input.previous;
  // An unsent create tells the newest facts by itself.
  if (create === undefined || isUnsent(create) || previous === undefined) return none;
  const reasons = changedFacts(input, previous, owner);
  if (reasons.length === 0) return none;
  const assign = reasons.includes('contact') && input.methods.has('AssignActivity');
  const rest = assign ? reasons.filter((reason) => reason !== 'contact') : reasons;
  const parts = [
    ...(assign ? [planChange(input, 'AssignActivity', ['contact'])] : []),
    ...(rest.length > 0 ? [planChange(input, 'UpdateActivity', rest)] : []),
  ];
  return {
    add: parts.flatMap((part) => part.add),
    merge: parts.flatMap((part) => part.merge),
  };
}

function changedFacts(input: PlanInput, previous: CallFacts, owner: Owner): UpdateReason[] {
  const { facts, options, links } = input;
  const before = ownerOf(previous, options, links);
  const reasons: UpdateReason[] = [];
  if (facts.subject !== previous.subject || facts.description !== previous.description)
    reasons.push('note');
  if (facts.contactId !== previous.contactId && input.onlyConnection) reasons.push('contact');
  if (linkIsNews(input, previous)) reasons.push('recording');
  if (owner.kind === 'user' && ownerId(owner) !== ownerId(before)) reasons.push('owner');
  return reasons;
}

function ownerId(owner: Owner): string | undefined {
  return owner.kind === 'user' ? owner.userId : undefined;
}

/** With `upload` but no `UploadFile`, the link is the next best: better than an unheard recording. */
function linkIsNews({ facts, options, methods }: PlanInput, previous: CallFacts): boolean {
  const byLink =
    options.recordings === 'link' ||
    (options.recordings === 'upload' && !methods.has('UploadFile'));
  const links = (of: CallFacts): string =>
    of.recordings.map(({ url, pageUrl }) => `${url ?? ''} ${pageUrl ?? ''}`.trim()).join('\n');
  return byLink && links(facts).trim() !== '' && links(facts) !== links(previous);
}

function planChange(
  { steps, methods, now, times = PLAN_TIMES }: PlanInput,
  method: 'UpdateActivity' | 'AssignActivity',
  reasons: readonly UpdateReason[],
): Changes {
  const same = steps.filter((step) => step.method === method);
  const open = same.find((step) => step.state === 'pending');
  if (open !== undefined) {
    const joined = [...new Set([...open.reasons, ...reasons])];
    return { add: [], merge: [{ stepId: open.id, reasons: joined }] };
  }
  const step = newStep(method, `${method} ${same.length + 1}`, now + times.mergeMs, reasons);
  if (methods.has(method)) return { add: [step], merge: [] };
  const message = `The document has no ${method}: the change (${reasons.join(', ')}) is not told to the CRM`;
  return { add: [{ ...step, skipped: { reason: 'absent_method', message } }], merge: [] };
}

/** The user chose the contact, so nobody needs to look for one any more. */
function planCancels({ facts, steps, onlyConnection }: PlanInput): Plan['cancel'] {
  if (facts.contactId === undefined || !onlyConnection) return [];
  return steps
    .filter(
      (step) =>
        step.state === 'pending' &&
        (step.method === 'FindContact' || step.method === 'CreateContact'),
    )
    .map((step) => ({
      stepId: step.id,
      reason: 'contact_known' as const,
      message: 'The user chose the contact of this call',
    }));
}

function cancelPending(
  { steps }: PlanInput,
  skip: { readonly reason: SkipReason; readonly message: string },
): Plan {
  const pending = steps.filter((step) => step.state === 'pending' && step.method !== 'FindContact');
  return {
    add: [],
    merge: [],
    cancel: pending.map((step) => ({
      stepId: step.id,
      reason: 'rule' as const,
      message: skip.message,
    })),
    skip: { reason: skip.reason, message: skip.message },
  };
}

function newStep(
  method: StepMethod,
  key: string,
  readyAt: number,
  reasons: readonly UpdateReason[] = [],
): NewStep {
  return { key, method, rank: STEP_RANKS[method], readyAt, reasons };
}
