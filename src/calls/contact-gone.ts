import type { Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';
import { asSentence } from '../text/as-sentence.ts';
import type { CallConnection } from './call-connection.ts';
import { partyNumber } from './call-rules.ts';
import type { LaneMemory } from './call-values.ts';
import { readSteps } from './lane-repository.ts';
import type { LoadedLane } from './load-lane.ts';
import { findContactClaim, forgetContact, hasRecordOfCall } from './made-contact-repository.ts';
import { contactKey } from './made-contacts.ts';
import { beginAnew } from './settle.ts';
import type { StepChange } from './settle.ts';
import { isSettled } from './step.ts';
import type { Step } from './step.ts';
import type { StepRun } from './step-runner.ts';

/** A contact that seems to be gone from its CRM. */
export interface GoneContact {
  readonly contactId: string;
  /** As the CRM or the index told of it; absent: a person chose the contact by its id. */
  readonly contactType?: string;
  /** The number whose caller it was. */
  readonly number: string | undefined;
}

/** What a request that the CRM refused because of its contact leads to. */
export interface ContactGone {
  readonly gone: GoneContact;
  /** Absent: a person must look. */
  readonly again?: ContactAgain;
}

/** What is tried again. */
export interface ContactAgain {
  /** The step that was refused: it is sent once more. */
  readonly change: StepChange;
  /** The search for the contact and its create. */
  readonly others: readonly { readonly stepId: string; readonly change: StepChange }[];
  readonly memory: LaneMemory;
  /** For the attempt, where the ledger keeps it. */
  readonly note: { readonly code: string; readonly message: string };
}

/** After that the search of every CRM shows a contact that it has. */
const SURELY_SHOWN_MS = 60 * 60 * 1_000;
/** What a search found just now it would only find again. */
const JUST_FOUND_MS = 60_000;

/** Methods whose request tells the CRM whose call it is. */
const NAMES_CONTACT: ReadonlySet<string> = new Set(['CreateActivity', 'AssignActivity']);
const CONTACT_STEPS: ReadonlySet<string> = new Set(['FindContact', 'CreateContact']);
/** Refusals that have another cause than what the request names. */
const OTHER_CAUSES: ReadonlySet<number> = new Set([401, 403, 408, 409, 425, 429]);

const NOTE = {
  code: 'contact_gone',
  message:
    'The contact that this request names seems to be gone from the CRM: it is forgotten, looked for again, and the request is sent once more',
};
const LOOKED_FOR_AGAIN =
  'The CRM refused the contact that was known, probably because it was deleted there: looked for again';

/**
 * Forgets the contact of a call where the CRM refused a request that names it, in the transaction that
 * settles the request, and says what is tried again: once per step, and never in place of a contact that
 * a user chose. `undefined`: the refusal cannot be about the contact.
 */
export async function contactGone(
  transaction: Transaction<Tables>,
  of: {
    readonly step: Step;
    /** What becomes of the step otherwise. */
    readonly change: StepChange;
    readonly run: StepRun;
    readonly loaded: LoadedLane;
    readonly connection: Pick<CallConnection, 'id' | 'country'>;
    /** As it is now. */
    readonly memory: LaneMemory;
    readonly now: number;
  },
): Promise<ContactGone | undefined> {
  const { step, run, loaded, now } = of;
  if (!NAMES_CONTACT.has(step.method) || !isRefused(run)) return undefined;
  const chosen = loaded.onlyConnection ? loaded.facts.contactId : undefined;
  const contactId = chosen ?? loaded.memory.contact?.['contact_id'];
  if (typeof contactId !== 'string' || !isNamed(run, contactId)) return undefined;
  const steps = await readSteps(transaction, loaded.lane.id);
  const claimed = await forgetClaim(transaction, of, contactId);
  if (claimed === 'kept') return undefined;
  if (claimed === 'none' && (await wasJustFound(transaction, steps, now))) return undefined;
  const gone = goneContact(loaded, contactId, chosen === undefined);
  const again = chosen === undefined ? findAgain(of, steps) : undefined;
  return again === undefined ? { gone } : { gone, again };
}

function goneContact(
  { facts, memory }: LoadedLane,
  contactId: string,
  isOfLookUp: boolean,
): GoneContact {
  const type = isOfLookUp ? memory.contact?.['contact_type'] : undefined;
  const number = partyNumber(facts);
  return typeof type === 'string'
    ? { contactId, contactType: type, number }
    : { contactId, number };
}

/** The search for the contact, its create and the request that was refused, each once more. */
function findAgain(
  of: {
    readonly step: Step;
    readonly change: StepChange;
    readonly run: StepRun;
    readonly memory: LaneMemory;
    readonly now: number;
  },
  steps: readonly Step[],
): ContactAgain | undefined {
  const { step, run, memory, now } = of;
  if (step.method !== 'CreateActivity') return undefined;
  // What may have been executed before under its key stays as it was.
  if (step.sentValues !== undefined || memory.contactAgain?.includes(step.id) === true) {
    return undefined;
  }
  const others = steps
    .filter((one) => CONTACT_STEPS.has(one.method) && isSettled(one))
    .map((one) => ({ stepId: one.id, change: anew(one, LOOKED_FOR_AGAIN, now) }));
  if (others.length === 0) return undefined;
  const message = `${asSentence(run.outcome.message)} ${NOTE.message}`;
  const { progress: _kept, sentValues: _none, ...again } = anew(step, message, now);
  const { reason: _refused, ...otherwise } = of.change;
  const { contact: _gone, candidates: _many, choices: _all, ...kept } = memory;
  return {
    change: { ...otherwise, ...again, attempts: step.attempts + 1 },
    others,
    memory: { ...kept, contactAgain: [...(memory.contactAgain ?? []), step.id] },
    note: NOTE,
  };
}

/** A CRM may answer the old key with its old answer. */
function anew({ keyNumber }: Step, message: string, now: number): StepChange {
  const key = { keyNumber: keyNumber + 1 };
  return { ...beginAnew(now), ...key, message, progress: null, sentValues: null };
}

/** A definite no of the CRM itself, which has executed nothing. */
function isRefused({ outcome, exchanges }: StepRun): boolean {
  if (outcome.kind !== 'refused' && outcome.kind !== 'gone') return false;
  if (outcome.action !== 'park' || outcome.effect !== 'not_executed') return false;
  const status = member(exchanges.at(-1)?.response, 'status');
  return typeof status === 'number' && status < 500 && !OTHER_CAUSES.has(status);
}

/** True where the id stands in the address or the body, as it is or as an address writes it. */
function isNamed({ exchanges }: StepRun, id: string): boolean {
  const request = exchanges.at(-1)?.request;
  const texts = ['url', 'body'].map((name) => member(request, name));
  const written = [id, encodeURIComponent(id)]
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, String.raw`\$&`))
    .join('|');
  const whole = new RegExp(`(?<![\\p{L}\\p{N}])(?:${written})(?![\\p{L}\\p{N}])`, 'u');
  return texts.some((text) => typeof text === 'string' && whole.test(text));
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/**
 * Forgets that we made this contact. `kept`: no record of a call was ever taken with it and the search
 * may still not show it, so the refusal is no sign of its end, and making it again would be a duplicate.
 */
async function forgetClaim(
  transaction: Transaction<Tables>,
  of: {
    readonly loaded: LoadedLane;
    readonly connection: Pick<CallConnection, 'id' | 'country'>;
    readonly now: number;
  },
  contactId: string,
): Promise<'none' | 'kept' | 'forgotten'> {
  const { loaded, connection, now } = of;
  const number = contactKey(partyNumber(loaded.facts), connection.country);
  if (number === undefined) return 'none';
  const contact = { connectionId: connection.id, number };
  const claim = await findContactClaim(transaction, contact);
  // Another call may have made it anew since.
  if (claim === undefined || claim.contact?.['contact_id'] !== contactId) return 'none';
  const isShown = now - claim.claimedAt > SURELY_SHOWN_MS;
  if (!isShown && !(await hasRecordOfCall(transaction, claim))) return 'kept';
  await forgetContact(transaction, { ...contact, claim });
  return 'forgotten';
}

/** True where the CRM itself told of the contact just now; what is known here it may have no more. */
async function wasJustFound(
  transaction: Transaction<Tables>,
  steps: readonly Step[],
  now: number,
): Promise<boolean> {
  const ids = steps.filter(({ method }) => CONTACT_STEPS.has(method)).map(({ id }) => id);
  if (ids.length === 0) return false;
  const asked = await transaction
    .selectFrom('attempt')
    .select('id')
    .where('step_id', 'in', ids)
    .where('started_at', '>', now - JUST_FOUND_MS)
    .limit(1)
    .executeTakeFirst();
  return asked !== undefined;
}
