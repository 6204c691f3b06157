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
  /** Whether a number is on the connection's list of excluded ones. */
  readonly isExcluded: (number: string) => boolean;
  /** False where several CRMs get the call: a contact's id belongs to one of them only. */
  readonly onlyConnection: boolean;
  /** True where recordings have addresses of our own: then a link is told when the bytes are here. */
  readonly ownLinks?: boolean | undefined;
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
  /** Steps that a person waits to mend, for whose lack of a value there is news. */
  readonly again?: readonly { readonly stepId: string; readonly message: string }[];
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
  const decision = decideLogging(input.facts, input.options, input.isExcluded);
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
      ...planKeptOwner(input, owner, create),
      ...(due ? planStop(input) : []),
      ...(due ? planRecordings(input) : []),
    ],
    merge: changes.merge,
    again: planRevivals(input),
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

/** One step for each recording; it waits until the bytes are here, and holds up no other. */
function planRecordings(input: PlanInput): readonly NewStep[] {
  const { facts, steps } = input;
  return facts.recordings
    .filter(isFetchable)
    .flatMap((recording) => planRecording(input, recording))
    .filter(({ key }) => !steps.some((step) => step.key === key));
}

function planRecording(input: PlanInput, recording: RecordingFact): readonly NewStep[] {
  const { methods, now, ownLinks } = input;
  const recordingKey = recording.key;
  if (input.options.recordings === 'upload' && methods.has('UploadFile')) {
    return [{ ...newStep('UploadFile', `UploadFile ${recordingKey}`, now), recordingKey }];
  }
  if (!tellsLinks(input) || ownLinks !== true) return [];
  const key = `UpdateActivity recording ${recordingKey}`;
  const step = { ...newStep('UpdateActivity', key, now, ['recording']), recordingKey };
  return [methods.has('UpdateActivity') ? step : withoutMethod(step)];
}

/** With `upload` but no `UploadFile`, the link is the next best: better than an unheard recording. */
function tellsLinks({ options, methods }: PlanInput): boolean {
  if (options.recordings === 'link') return true;
  return options.recordings === 'upload' && !methods.has('UploadFile');
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
  if (isContactNews(input, previous)) reasons.push('contact');
  if (linkIsNews(input, previous)) reasons.push('recording');
  if (ownerIsNews(owner, before)) reasons.push('owner');
  if (isCorrected(input, previous)) reasons.push('call');
  return reasons;
}

function isContactNews({ facts, onlyConnection }: PlanInput, previous: CallFacts): boolean {
  const isChosen =
    facts.contactId !== previous.contactId || facts.contactType !== previous.contactType;
  return isChosen && onlyConnection;
}

/** What a step lacks may be what is told of the contact now. */
function planRevivals(input: PlanInput): NonNullable<Plan['again']> {
  return input.steps
    .filter((step) => isTriedAgain(input, step))
    .map(({ id }) => ({ stepId: id, message: 'The contact of the call was told: tried again' }));
}

function isTriedAgain(input: PlanInput, step: Step): boolean {
  const { previous } = input;
  const isLacking = step.state === 'parked' && step.reason === 'missing_value' && isUnsent(step);
  return isLacking && previous !== undefined && isContactNews(input, previous);
}

/**
 * True when an event that came late makes another call of the one that the CRM was told: its ring,
 * the number of the other side, or after the end how it went.
 */
function isCorrected({ facts, steps }: PlanInput, previous: CallFacts): boolean {
  if (facts.direction !== previous.direction) return true;
  if (partyNumber(facts) !== partyNumber(previous)) return true;
  if (previous.withoutRing && facts.startedAt !== previous.startedAt) return true;
  const stop = steps.find((step) => step.method === 'StopCallActivity');
  // A stop that was not sent tells the newest facts by itself.
  if (previous.phase !== 'ended' || (stop !== undefined && isUnsent(stop))) return false;
  return OF_THE_END.some((name) => facts[name] !== previous[name]);
}

const OF_THE_END = ['result', 'duration', 'answeredAt', 'endedAt', 'cause'] as const;

/** By option a call of somebody without a link is nobody's: then the CRM's record has no owner either. */
function ownerIsNews(owner: Owner, before: Owner): boolean {
  if (owner.kind === 'none') return before.kind === 'user';
  return owner.kind === 'user' && ownerId(owner) !== ownerId(before);
}

/** By option such a call would not have been logged; its record is there and stays, and so does its owner. */
function planKeptOwner(
  input: PlanInput,
  owner: Owner,
  create: Step | undefined,
): readonly NewStep[] {
  const { previous, options, links, steps, now } = input;
  if (owner.kind !== 'unlinked' || previous === undefined) return [];
  if (create === undefined || isUnsent(create)) return [];
  if (ownerOf(previous, options, links).kind !== 'user') return [];
  const count = steps.filter(({ method }) => method === 'UpdateActivity').length;
  const step = newStep('UpdateActivity', `UpdateActivity owner ${count + 1}`, now, ['owner']);
  const message = `The record keeps its owner in the CRM: ${owner.message}`;
  return [{ ...step, skipped: { reason: 'rule', message } }];
}

function ownerId(owner: Owner): string | undefined {
  return owner.kind === 'user' ? owner.userId : undefined;
}

/** A link of the phone system's own, for which no bytes need to come. */
function linkIsNews(input: PlanInput, previous: CallFacts): boolean {
  const links = (of: CallFacts): string =>
    of.recordings
      .filter((recording) => input.ownLinks !== true || !isFetchable(recording))
      .map(({ url, pageUrl }) => `${url ?? ''} ${pageUrl ?? ''}`.trim())
      .join('\n');
  const now = links(input.facts);
  return tellsLinks(input) && now.trim() !== '' && now !== links(previous);
}

function planChange(
  input: PlanInput,
  method: 'UpdateActivity' | 'AssignActivity',
  reasons: readonly UpdateReason[],
): Changes {
  const { steps, methods, now, times = PLAN_TIMES } = input;
  const same = steps.filter((step) => step.method === method);
  // The step of a recording may wait for a day; other news does not.
  const open = same.find(
    (step) => (isWaiting(step) || isTriedAgain(input, step)) && step.recordingKey === undefined,
  );
  if (open !== undefined) {
    const joined = [...new Set([...open.reasons, ...reasons])];
    return { add: [], merge: [{ stepId: open.id, reasons: joined }] };
  }
  const step = newStep(method, `${method} ${same.length + 1}`, now + times.mergeMs, reasons);
  return { add: [methods.has(method) ? step : withoutMethod(step)], merge: [] };
}

function withoutMethod(step: NewStep): NewStep {
  const message = `The document has no ${step.method}: the change (${step.reasons.join(', ')}) is not told to the CRM`;
  return { ...step, skipped: { reason: 'absent_method', message } };
}

/** The user chose the contact, so nobody needs to look for one any more. */
function planCancels({ facts, steps, onlyConnection }: PlanInput): Plan['cancel'] {
  if (facts.contactId === undefined || !onlyConnection) return [];
  return steps
    .filter(
      (step) =>
        isWaiting(step) && (step.method === 'FindContact' || step.method === 'CreateContact'),
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
  const pending = steps.filter((step) => isWaiting(step) && step.method !== 'FindContact');
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

/** True for a step of which nothing has been sent. */
function isWaiting(step: Step): boolean {
  return step.state === 'pending' && isUnsent(step);
}

function newStep(
  method: StepMethod,
  key: string,
  readyAt: number,
  reasons: readonly UpdateReason[] = [],
): NewStep {
  return { key, method, rank: STEP_RANKS[method], readyAt, reasons };
}
