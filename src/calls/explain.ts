import type { SignsIn } from '../connections/sign-in/signs-in.ts';
import type { HostHealth } from '../connections/host-health.ts';
import type { ConnectionState } from '../store/tables/connections.ts';
import { RECORDING_FAILURES } from '../recordings/failure.ts';
import { asSentence } from '../text/as-sentence.ts';
import type { Step, StepReason } from './step.ts';

/** What else decides about a step. Times are epoch milliseconds. */
export interface StepSurroundings {
  readonly now: number;
  readonly connection: {
    readonly state: ConnectionState;
    readonly reason: string | null;
    readonly until: number | null;
    /** Who can make it work again when it needs a sign-in; absent: not known. */
    readonly signsIn?: SignsIn;
    /** Nothing of it is sent before: its host is away, or its limit used up. */
    readonly heldUntil?: number;
    /** The address that it calls, where that failed lately. */
    readonly host?: SickHost;
  };
  /** The step of the same call that comes first. */
  readonly waitsFor?: Step | undefined;
  /** Why the operator holds the whole organization; absent while it works. */
  readonly hold?: OrganizationHold | undefined;
  /** The recording that the step waits for, which is fetched on a clock of its own. */
  readonly fetch?: AwaitedRecording | undefined;
}

export interface SickHost {
  readonly origin: string;
  readonly state: HostHealth['state'];
  /** Of a broken one: when it is tried next. */
  readonly until: number | null;
}

export interface OrganizationHold {
  readonly state: 'suspended' | 'deleting';
  readonly reason: string | null;
  readonly since: number;
}

export interface AwaitedRecording {
  /** When it is tried next; `undefined` while nobody has tried yet. */
  readonly at: number | undefined;
  /** What the last try found. */
  readonly message: string | undefined;
}

export interface Explanation {
  readonly happened: string;
  /** What the reader should do; absent where nothing needs doing. */
  readonly remedy?: string;
}

interface ReasonRow {
  /** Absent where the message of the step tells all. */
  readonly why?: string;
  readonly remedy?: string;
}

/** What each reason means, and what to do about it. */
const REASONS: Readonly<Record<StepReason, ReasonRow>> = {
  absent_method: { why: 'The document does not have this method.' },
  not_supported: {
    why: 'The document uses a part of the language that does not run yet.',
    remedy:
      'Take that part out of the document, move the connection to the new version, and replay.',
  },
  missing_value: {
    why: 'A value that the request cannot do without is missing.',
    remedy:
      'See which one the message names: link the user, choose the contact, or mend the document; then replay.',
  },
  unsafe_value: {
    why: 'A value may not stand where the document puts it.',
    remedy: 'Give that place an `escape` in the document, or use another value; then replay.',
  },
  refused: {
    why: 'The CRM refused the request.',
    remedy:
      "Read the CRM's message in the last exchange, mend the data or the document, and replay.",
  },
  forbidden: {
    why: 'The CRM says that this account may not do this.',
    remedy: 'Give the account of the connection the right, and replay.',
  },
  gone: {
    why: 'The record of the call is no longer in the CRM.',
    remedy:
      'Replay if it was restored there. If it should be there again, settle the step as deleted: then it is created anew. Otherwise discard the step.',
  },
  unreadable: {
    why: 'The answer of the CRM cannot be read.',
    remedy:
      'Look at the last exchange: often the address is wrong and a web page answers. Then replay.',
  },
  too_large: {
    why: 'The answer of the CRM is larger than Patchcord reads.',
    remedy: 'Let the document ask for less (fewer fields, a page size), and replay.',
  },
  redirected: {
    why: 'The CRM sent the request elsewhere, and a write does not follow.',
    remedy: 'Put the new address into the document or the property, and replay.',
  },
  blocked: {
    why: 'The egress door does not let this request out.',
    remedy:
      'The message names the setting with which the operator can allow the address; then replay.',
  },
  certificate: {
    why: 'The certificate of the CRM is not valid.',
    remedy: 'Renew it there, or have the operator trust its authority; then replay.',
  },
  conflict: {
    why: 'The CRM says that something else is in the way.',
    remedy:
      'See the last exchange: if the record is there, settle the step as found; otherwise replay.',
  },
  gave_up: {
    why: 'It was tried for as long as a step is tried.',
    remedy: 'When the CRM works again, replay.',
  },
  unknown_outcome: {
    why: 'The CRM may have executed the request or not.',
    remedy:
      'Look into the CRM. If what was sent is there, settle the step as found, a record with its id; if not, as absent: then it is sent again.',
  },
  executed_without_id: {
    why: 'The CRM executed the request, but its answer does not tell the id.',
    remedy: 'Look into the CRM and settle the step as found with the id of the record.',
  },
  ...RECORDING_FAILURES,
  recording_unavailable: {
    why: 'The recording cannot be had.',
    remedy: 'Send the file with `PUT /v1/calls/{call_id}/recording`, or discard the step.',
  },
  internal_fault: {
    why: 'Patchcord itself failed.',
    remedy: 'The log of the server has the cause; after it is mended, replay.',
  },
  not_identified: {
    why: 'The search for the caller failed; the call was written without a contact.',
  },
  no_number: {},
  contact_known: {},
  recording_known: { why: 'This very recording was handed over twice.' },
  create_skipped: { why: 'The call has no record in this CRM.' },
  answer_skipped: { why: 'The document leaves the step out after such an answer of the CRM.' },
  rule_of_document: {
    why: 'The document leaves it out: `when` does not hold for this call.',
    remedy:
      'If it should have been sent, change `when` in the document, move the connection to the new version, and send the call again.',
  },
  rule: { why: 'A rule of the connection leaves it out.' },
};

/** Says in plain words what happened to a step and what to do next. */
export function explainStep(step: Step, surroundings: StepSurroundings): Explanation {
  const reason = step.reason === undefined ? undefined : REASONS[step.reason];
  const why = sentences(reason?.why, step.message);
  switch (step.state) {
    case 'done':
      return { happened: sentences(step.message ?? 'The CRM has it'), ...duplicate(step) };
    case 'parked':
      return { happened: why, ...(reason?.remedy === undefined ? {} : { remedy: reason.remedy }) };
    case 'skipped': {
      const remedy = reason?.remedy === undefined ? {} : { remedy: reason.remedy };
      return { happened: why === '' ? 'It was left out.' : why, ...remedy };
    }
    case 'discarded':
      return { happened: sentences(step.message ?? 'Somebody gave it up') };
    case 'sending':
      return { happened: 'A request is under way.' };
    case 'unknown': {
      const { happened, remedy } = next(step, surroundings, 'The CRM is asked');
      return { happened: sentences(step.message ?? 'The answer was lost', happened), ...remedy };
    }
    case 'pending': {
      const { happened, remedy } = next(step, surroundings, 'It is tried');
      const said = surroundings.fetch?.message ?? step.message;
      return { happened: sentences(said, happened), ...(remedy ?? duplicate(step)) };
    }
  }
}

interface Next {
  readonly happened: string;
  readonly remedy?: { readonly remedy: string };
}

/** What a step that is not settled waits for: an earlier step, its connection, or its time. */
function next(step: Step, surroundings: StepSurroundings, verb: string): Next {
  const { now, connection, waitsFor, hold, fetch } = surroundings;
  if (hold !== undefined) return whileSuspended(hold);
  const said = step.message ?? '';
  if (waitsFor !== undefined) {
    const { method, state } = waitsFor;
    if (state !== 'parked') return { happened: `It waits for ${method} of the same call.` };
    const remedy = `Replay, settle or discard ${method}: this step then follows by itself.`;
    return { happened: `It waits for ${method}, which is parked.`, remedy: { remedy } };
  }
  const held = whileHeld(connection, { now, said });
  if (held !== undefined) return held;
  if (fetch !== undefined) {
    // Nobody has tried yet: the step's own message says that it is being fetched.
    return { happened: fetch.at === undefined ? '' : `It is fetched ${when(fetch.at, now)}.` };
  }
  const paced = whilePaced(connection, Math.max(now, step.readyAt), now);
  if (paced !== undefined) return paced;
  const due = step.readyAt > now ? when(step.readyAt, now) : 'next';
  return { happened: `${verb} ${due}.` };
}

/** What a held organization means for its calls, as a sentence. */
export function holdWords({ state, reason, since }: OrganizationHold): string {
  if (state === 'deleting') return 'The organization is being deleted: nothing is sent any more.';
  const day = new Date(since).toISOString();
  const why = reason === null ? '' : ` (${reason})`;
  return `The organization is suspended since ${day}${why}: nothing goes to its CRMs until it is resumed.`;
}

function whileSuspended(hold: OrganizationHold): Next {
  const happened = holdWords(hold);
  if (hold.state === 'deleting') return { happened };
  const remedy =
    'The operator resumes the organization (`POST /v1/organizations/{organization_id}/resume`): then all that waits is sent, in order. Nothing needs to be replayed.';
  return { happened, remedy: { remedy } };
}

function whileHeld(
  connection: StepSurroundings['connection'],
  { now, said }: { readonly now: number; readonly said: string },
): Next | undefined {
  const { state, until, signsIn } = connection;
  // What the step's own message says already is not said again.
  const reason =
    connection.reason !== null && said.includes(connection.reason) ? null : connection.reason;
  switch (state) {
    case 'active':
      return undefined;
    case 'throttled':
      return until === null || until <= now
        ? undefined
        : { happened: `The CRM asked for a pause: it goes on ${when(until, now)}.` };
    case 'broken':
      return {
        happened: `The CRM fails or does not answer${inBrackets(reason)}: it is tried ${until === null ? 'soon' : when(until, now)}, and as soon as it works again all that waits is sent.`,
      };
    case 'needs_auth':
      return held(WAITS_FOR[signsIn ?? 'credentials'], reason, {
        remedy: `${CURES[signsIn ?? 'credentials']}: then all that waits is sent, in order. Nothing needs to be replayed.`,
      });
    case 'forbidden':
      return held('The CRM refuses this account its rights, so the connection waits', reason, {
        remedy: 'Give the account its rights in the CRM, then resume the connection.',
      });
    case 'paused':
      return held('The connection is paused', reason, {
        remedy: 'Resume the connection: then all that waits is sent, in order.',
      });
  }
}

/** Says that a host is away, and until when; without a mark at its end. */
export function hostWords({ origin, until }: Omit<SickHost, 'state'>, now: number): string {
  const next = until === null || until <= now ? 'soon' : when(until, now);
  return `${origin} fails or does not answer, for others too: it is tried ${next}`;
}

/** What keeps a connection from sending that is well itself, at `due` and later. */
function whilePaced(
  { heldUntil, host }: StepSurroundings['connection'],
  due: number,
  now: number,
): Next | undefined {
  if (host?.state === 'broken') {
    return {
      happened: `${hostWords(host, now)}, and as soon as it works again all that waits is sent.`,
    };
  }
  if (heldUntil === undefined || heldUntil <= due) return undefined;
  return host?.state === 'opening'
    ? { happened: `${host.origin} works again and gets few requests at first: its turn comes.` }
    : {
        happened: `The connection's limit is used up for now: it goes on ${when(heldUntil, now)}.`,
      };
}

function inBrackets(reason: string | null): string {
  return reason === null ? '' : ` (${reason.replace(/\.$/, '')})`;
}

const WAITS_FOR: Readonly<Record<SignsIn, string>> = {
  person: 'The connection waits for somebody to sign in at the CRM, and no try is used up',
  credentials: 'The connection waits for valid credentials, and no try is used up',
};
const CURES: Readonly<Record<SignsIn, string>> = {
  person: 'Sign in at the CRM (`POST /v1/connections/{connection_id}/sign-in` gives its page)',
  credentials: 'Save new credentials in the connection',
};

function held(what: string, reason: string | null, remedy: { readonly remedy: string }): Next {
  return { happened: sentences(reason === null ? what : `${what}: ${reason}`), remedy };
}

/** Texts of different makers as sentences, each with its end, none twice. */
function sentences(...texts: readonly (string | undefined)[]): string {
  const whole = texts.flatMap((text) => {
    if (text === undefined || text === '') return [];
    return asSentence(text);
  });
  // A message of the CRM's refusal begins with the sentence of the reason: it is said once.
  const said = whole.filter((text) => !whole.some((other) => other.startsWith(`${text} `)));
  return [...new Set(said)].join(' ');
}

function duplicate(step: Step): { remedy?: string } {
  return step.possibleDuplicate
    ? {
        remedy:
          'An earlier answer was lost, so the CRM may have this twice: look there and remove one.',
      }
    : {};
}

function when(at: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((at - now) / 1_000));
  if (seconds < 90) return `in ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `in ${minutes} min` : `in ${Math.round(minutes / 60)} h`;
}
