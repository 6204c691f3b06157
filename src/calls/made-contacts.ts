import { cleanNumber } from '../contacts/clean-number.ts';
import { createPhoneNumbers } from '../contacts/phone-number.ts';
import type { PhoneNumbers } from '../document/values/values.ts';
import { isRefusal } from '../runtime/is-refusal.ts';
import { partyNumber } from './call-rules.ts';
import type { CallFacts } from './call-facts.ts';
import type { LaneMemory } from './call-values.ts';
import type { Step } from './step.ts';
import type { StepRecord, StepRun } from './step-runner.ts';

/** A CRM's search finds a new contact at once or some minutes later; by then it surely does. */
export const MADE_CONTACT_MS = 7 * 24 * 60 * 60 * 1_000;

/** How long a call waits before it looks again what came of another one's create. */
const LOOK_AGAIN_MS = 1_000;
const LOOK_AGAIN_MAX_MS = 60_000;

/** A step that makes, or has made, the contact of a number. Times are epoch milliseconds. */
export interface ContactClaim {
  readonly stepId: string;
  readonly claimedAt: number;
  readonly state: string;
  readonly reason: string | null;
  /** When the step goes on. */
  readonly readyAt: number;
  /** Some of the requests of its method have succeeded. */
  readonly begun: boolean;
  /** What its lane knows of the contact. */
  readonly contact: LaneMemory['contact'];
}

/** What a call that would make a contact does about it. */
export type ContactTurn =
  | { readonly kind: 'make' }
  | { readonly kind: 'take'; readonly contact: NonNullable<LaneMemory['contact']> }
  | { readonly kind: 'wait'; readonly until: number }
  /** The contact may be there, and nobody knows its id. */
  | { readonly kind: 'leave' };

/**
 * What a number is known by, whatever form it is written in; `country` is ISO 3166-1 alpha-2. `phones`: of
 * whoever reads the same numbers again and again.
 */
export function contactKey(
  number: string | undefined,
  country: string,
  phones: Pick<PhoneNumbers, 'parse'> = createPhoneNumbers(),
): string | undefined {
  const cleaned = cleanNumber(number);
  if (cleaned === undefined) return undefined;
  return phones.parse(cleaned, country)?.e164 ?? cleaned;
}

/** Says whose turn it is, given who made or makes the contact of the same number. */
export function turnOf(
  claim: ContactClaim | undefined,
  of: { readonly stepId: string; readonly now: number },
): ContactTurn {
  const { now } = of;
  if (claim === undefined || claim.stepId === of.stepId || !isLasting(claim, now)) {
    return { kind: 'make' };
  }
  switch (claim.state) {
    case 'done': {
      const { contact } = claim;
      return contact?.['contact_id'] === undefined ? { kind: 'leave' } : { kind: 'take', contact };
    }
    case 'parked':
      return { kind: 'leave' };
    default: {
      const next = Math.max(claim.readyAt, now) + LOOK_AGAIN_MS;
      return { kind: 'wait', until: Math.min(next, now + LOOK_AGAIN_MAX_MS) };
    }
  }
}

/** False for a claim that surely made nothing: another step may make the contact then. */
export function isLasting(claim: ContactClaim, now: number): boolean {
  if (now - claim.claimedAt > MADE_CONTACT_MS) return false;
  switch (claim.state) {
    case 'done':
    case 'sending':
    case 'unknown':
      return true;
    case 'parked':
      return claim.reason === 'unknown_outcome' || claim.reason === 'executed_without_id';
    default:
      return claim.begun && claim.state === 'pending';
  }
}

/** The contact of a number as we made it; `undefined` where the CRM's own word is all there is. */
export function madeContact(
  claim: ContactClaim | undefined,
  now: number,
): LaneMemory['contact'] | undefined {
  const known = claim !== undefined && claim.state === 'done' && isLasting(claim, now);
  return known && claim.contact?.['contact_id'] !== undefined ? claim.contact : undefined;
}

/**
 * The contact that a request has just made, with what it was made from where the answer tells less;
 * `undefined` for any other request, where the CRM told no id, and where the contact was there before.
 */
export function madeContactOf(of: {
  readonly step: Pick<Step, 'method'>;
  readonly purpose: 'run' | 'ask';
  readonly run: Pick<StepRun, 'outcome' | 'records' | 'next' | 'exchanges'>;
  readonly loaded: { readonly facts: CallFacts };
}): StepRecord | undefined {
  const { step, purpose, run, loaded } = of;
  if (step.method !== 'CreateContact' || purpose !== 'run' || run.next !== undefined)
    return undefined;
  const [record] = run.records;
  if (run.outcome.effect !== 'executed' || record?.['contact_id'] === undefined) return undefined;
  // The document accepts that the CRM refused a duplicate: of who was there nothing is known here.
  if (isRefusal(run.exchanges)) return undefined;
  const number = cleanNumber(partyNumber(loaded.facts));
  if (number === undefined) return record;
  return { contact_name: number, phone: [number], ...record };
}
