import { cleanNumber } from '../contacts/clean-number.ts';
import type { CallConnection } from './call-connection.ts';
import { partyNumber } from './call-rules.ts';
import type { GoneContact } from './contact-gone.ts';
import type { FoundContacts } from './remember.ts';
import type { LoadedLane } from './load-lane.ts';
import type { StepChange } from './settle.ts';
import type { Step } from './step.ts';
import type { StepRecord, StepRun } from './step-runner.ts';

/** What is known of a caller without asking the CRM. `nobodys`: the number is no person's. */
export type KnownCaller =
  | { readonly status: 'nobodys'; readonly message: string }
  | ({ readonly status: 'found' } & FoundContacts);

/** What is known of contacts beside the CRMs. */
export interface CallContacts<C extends CallConnection = CallConnection> {
  /** Says who a number is by what is known here; `undefined`: the CRM must be asked. */
  known(connection: C, number: string): Promise<KnownCaller | undefined>;
  /**
   * Who may have a number that the CRM knows of nobody: a person must say, and making a contact may make
   * one of them twice. Empty: nobody.
   */
  possible(connection: C, number: string): Promise<readonly StepRecord[]>;
  /** Told what the CRM answered when a call looked for its caller: whoever else wonders need not ask. */
  searched(connection: C, number: string, run: Pick<StepRun, 'outcome' | 'records'>): void;
  /** Told of each contact that a call has made. */
  made(connection: C, contact: StepRecord): void;
  /** Told of each contact that the CRM seems to have no more. */
  gone(connection: C, contact: GoneContact): void;
  /** Told whom the CRM itself found in place of a contact that seemed gone: it may be the same one. */
  foundAgain(connection: C, contact: StepRecord): void;
}

const UNASKED = 'the index of contacts cannot be asked';

/**
 * What becomes of a `FindContact` whose caller is known here, so that no request is needed;
 * `undefined`: the CRM is asked. A look-up that fails is none: the CRM knows as much.
 */
export async function whyKnownHere(
  deps: {
    readonly contacts?: CallContacts;
    readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  },
  work: { readonly loaded: LoadedLane; readonly step: Step; readonly connection: CallConnection },
): Promise<{ readonly change: StepChange; readonly found?: FoundContacts } | undefined> {
  const { loaded, step, connection } = work;
  if (step.method !== 'FindContact' || deps.contacts === undefined) return undefined;
  // The CRM has refused whom the index told: only its own search counts then.
  if (loaded.memory.contactAgain !== undefined) return undefined;
  const number = cleanNumber(partyNumber(loaded.facts));
  if (number === undefined) return undefined;
  let known: KnownCaller | undefined;
  try {
    known = await deps.contacts.known(connection, number);
  } catch (err) {
    deps.log.warn({ err, connection_id: connection.id }, UNASKED);
  }
  if (known === undefined) return undefined;
  if (known.status === 'nobodys') {
    return { change: { state: 'skipped', reason: 'no_number', message: known.message } };
  }
  return { change: { state: 'done' }, found: known };
}

/** Who may be the caller where a `FindContact` found nobody; a look-up that fails tells of nobody. */
export async function whoMayCall(
  deps: {
    readonly contacts?: CallContacts;
    readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
  },
  work: {
    readonly loaded: LoadedLane;
    readonly connection: CallConnection;
    readonly run: Pick<StepRun, 'outcome' | 'records'>;
  },
): Promise<readonly StepRecord[]> {
  const { loaded, connection, run } = work;
  const { kind } = run.outcome;
  const isNobody = run.records.length === 0 && (kind === 'not_found' || kind === 'success');
  // The CRM has refused whom the index told: only its own search counts then.
  if (!isNobody || loaded.memory.contactAgain !== undefined) return [];
  const number = cleanNumber(partyNumber(loaded.facts));
  if (deps.contacts === undefined || number === undefined) return [];
  try {
    return await deps.contacts.possible(connection, number);
  } catch (err) {
    deps.log.warn({ err, connection_id: connection.id }, UNASKED);
    return [];
  }
}
