import type { Connections } from '../calls/call-connection.ts';
import { findContactClaim } from '../calls/made-contact-repository.ts';
import { contactKey, madeContact } from '../calls/made-contacts.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { permission } from '../connections/transitions.ts';
import { cleanNumber } from '../contacts/clean-number.ts';
import type {
  Identified,
  IdentifyConnection,
  IdentifyDeps,
  LiveAnswer,
  Told,
} from '../contacts/identify/identified.ts';
import { identify } from '../contacts/identify/identify.ts';
import { settled } from '../contacts/identify/identified.ts';
import { identifyHere } from '../contacts/identify/known-here.ts';
import type { KnownHere } from '../contacts/identify/known-here.ts';
import { matchOfRecord } from '../contacts/identify/match.ts';
import type { Match } from '../contacts/identify/match.ts';
import { createRecentAnswers } from '../contacts/identify/recent-answers.ts';
import { createSharedQuestions } from '../contacts/identify/shared-questions.ts';
import type { ContactIndex } from '../contacts/index/contact-index.ts';
import type { NumberKey, NumberKeys } from '../contacts/number-keys/number-key.ts';
import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { PhoneNumbers } from '../document/values/values.ts';
import { hasExtension } from '../organizations/extensions-repository.ts';
import type { MethodRun } from '../runtime/method-call.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import { asSentence } from '../text/as-sentence.ts';
import { textOf } from './bound-record.ts';
import type { PipelineConnection } from './connection-book.ts';
import { contactPage } from './contact-page.ts';
import { askCrm } from './crm-methods.ts';

export interface CallerIdentifierDeps {
  readonly database: Pick<Database, 'read' | 'now'>;
  /** Absent: callers are known by the CRM's own search alone. */
  readonly index: Pick<ContactIndex, 'byNumber'> | undefined;
  readonly runner: SignedInRunner;
  readonly keys: NumberKeys;
  readonly phones: PhoneNumbers;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
}

/** What one connection says of a caller. */
export interface IdentifiedCaller extends Identified {
  readonly matches: readonly FoundCaller[];
}

export interface FoundCaller extends Match {
  /** The contact's page in the CRM, where the document tells it. */
  readonly page: string | undefined;
}

export interface CallerQuestion {
  /** As a phone system or a person wrote it. */
  readonly number: string;
  readonly afresh?: boolean;
  /** Told when nothing is known here, and the CRM is asked. */
  readonly asking?: () => void;
  /** What is known here is enough: the CRM is not asked. */
  readonly hereOnly?: boolean;
  /** Told when a CRM that was late answers after all. */
  readonly late?: (caller: IdentifiedCaller) => void;
  /** Or what makes it, if the CRM is asked. */
  readonly signal: AbortSignal | (() => AbortSignal);
}

/** What a search of a call came to. */
interface Answered {
  readonly outcome: { readonly kind: string; readonly message: string };
  readonly records: readonly BoundRecord[];
}

/** Who calls: one way for the API, for screens and for the calls' own steps. */
export interface CallerIdentifier {
  /** What every connection says, all asked at the same time. */
  identify(
    connections: Connections<PipelineConnection>,
    question: CallerQuestion,
  ): Promise<readonly IdentifiedCaller[]>;
  /** What one connection says. */
  identifyOn(connection: PipelineConnection, question: CallerQuestion): Promise<IdentifiedCaller>;
  /**
   * What the CRM said of the number a moment ago, or says just now because a screen asks it: a call's
   * own step need not ask again. `undefined`: it must.
   */
  saidJustNow(connection: PipelineConnection, number: string): Promise<Identified | undefined>;
  /** What a call's own step was told by the CRM: a screen that waits for a place need not ask. */
  told(connection: PipelineConnection, number: string, run: Answered): void;
  /** What is known here, without a request. */
  knownHere(connection: PipelineConnection, number: string): Promise<KnownHere>;
  /** A contact with this number was made or changed: what the CRM said of the number counts no more. */
  forget(connectionId: string, number: string, country: string): void;
  /** What the number is where the connection is. */
  keyOf(number: string, country: string): NumberKey;
  /** Ends what is still asked of CRMs. */
  close(): void;
}

/** A CRM that needs longer tells nothing of use to a call. */
const LATEST_MS = 15_000;
/** Among more than this nobody chooses. */
const MOST_MATCHES = 100;

export function createCallerIdentifier(deps: CallerIdentifierDeps): CallerIdentifier {
  const closing = new AbortController();
  const { keys, clock, index } = deps;
  const core: IdentifyDeps = {
    keys,
    index,
    clock,
    closing: closing.signal,
    recent: createRecentAnswers(() => clock.monotonic()),
    isExtension: (organizationId, key) => isExtension(deps, organizationId, key),
    made: (connection, number) => askMemory(deps, connection, number),
  };
  const shared = createSharedQuestions(clock);
  const keyIn = (
    { id, country }: { readonly id: string; readonly country: string },
    number: string,
  ) => `${id} ${keys.keyOf(number, country).digits}`;
  // A call asks the CRM before it takes what an earlier call made: see `whyMadeAlready`.
  const ofCalls: IdentifyDeps = { ...core, made: () => Promise.resolve(undefined) };
  const one = async (
    connection: PipelineConnection,
    question: CallerQuestion,
  ): Promise<IdentifiedCaller> => {
    const { number, afresh, asking, late, signal, hereOnly = false } = question;
    const live = (gone: AbortSignal): Promise<LiveAnswer> =>
      shared.ask(
        keyIn(connection, number),
        (until, leaves) => askLive(deps, connection, { number, signal: until, leaves }),
        gone,
      );
    const found = await identify(core, toRule(connection), {
      ...{ number, afresh, asking, signal },
      live: hereOnly ? undefined : live,
      late: late === undefined ? undefined : (told) => late(withPages(deps, connection, told)),
    });
    return withPages(deps, connection, found);
  };
  return {
    identify: async ({ open, shut }, question) => {
      const asked = await Promise.all(open.map((connection) => one(connection, question)));
      return [...asked, ...shut.map(shutAnswer)];
    },
    knownHere: async (connection, number) =>
      await identifyHere(ofCalls, toRule(connection), number),
    identifyOn: one,
    saidJustNow: async (connection, number) => {
      const answer = await shared.answerOf(keyIn(connection, number));
      return answer === undefined ? undefined : settled(toRule(connection), answer, answer.told);
    },
    told: (connection, number, { outcome, records }) => {
      shared.tell(keyIn(connection, number), {
        ...answerOf(outcome, records, matchOfCrm),
        told: [],
      });
    },
    forget: (connectionId, number, country) => {
      shared.forget(keyIn({ id: connectionId, country }, number));
      core.recent.forget(connectionId, keys.keyOf(number, country).digits);
    },
    keyOf: (number, country) => keys.keyOf(number, country),
    close: () => {
      closing.abort();
    },
  };
}

function toRule({ id, organizationId, country, opened }: PipelineConnection): IdentifyConnection {
  const { multiple_matches: rule, own_numbers: ownNumbers, matching_digits } = opened.options;
  return { id, organizationId, country, rule, ownNumbers, lastDigits: matching_digits };
}

function shutAnswer(connectionId: string): IdentifiedCaller {
  const none = { matches: [], chosen: undefined, told: [] };
  return { connectionId, status: 'failed', message: 'The connection cannot be opened.', ...none };
}

async function isExtension(
  { database }: CallerIdentifierDeps,
  organizationId: string,
  key: NumberKey,
): Promise<boolean> {
  if (key.digits === '') return false;
  const forms = { number: key.digits, other: key.e164 ?? key.digits };
  return await hasExtension(database.read, { organizationId }, forms);
}

/** The contact that we made for an earlier call from this number. */
async function askMemory(
  { database, phones }: Pick<CallerIdentifierDeps, 'database' | 'phones'>,
  connection: IdentifyConnection,
  number: string,
): Promise<Match | undefined> {
  const key = contactKey(number, connection.country, phones);
  if (key === undefined) return undefined;
  const of = { connectionId: connection.id, number: key };
  const made = madeContact(await findContactClaim(database.read, of), database.now());
  return made === undefined ? undefined : matchOfRecord(made, 'made');
}

async function askLive(
  deps: CallerIdentifierDeps,
  connection: PipelineConnection,
  of: { readonly number: string; readonly signal: AbortSignal; readonly leaves: () => void },
): Promise<LiveAnswer> {
  const { opened } = connection;
  const none = (status: 'not_asked' | 'failed', message: string): LiveAnswer => ({
    status,
    message,
    matches: [],
    told: [],
  });
  if (!connection.methods.has('FindContact')) {
    return none('not_asked', 'The document has no method FindContact.');
  }
  const health = { state: opened.state, until: opened.stateUntil };
  if (permission(health, deps.database.now()) === 'closed') {
    return none(
      'not_asked',
      `The connection is \`${opened.state}\`: its CRM is not asked until it works again.`,
    );
  }
  const { e164, digits } = deps.keys.keyOf(of.number, connection.country);
  const number = cleanNumber(of.number) ?? e164 ?? digits;
  const asked = await askCrm(deps.runner, opened, {
    method: 'FindContact',
    values: { phone: number, party_number: number },
    deadlineMs: LATEST_MS,
    leaves: of.leaves,
    signal: of.signal,
  });
  if (asked.status === 'not_sent') {
    return none(asked.reason === 'skipped' ? 'not_asked' : 'failed', asked.message);
  }
  const { outcome, records } = asked.run;
  const { locals, properties } = asked.signedIn;
  const toMatch = (record: BoundRecord): Match => {
    const match = matchOfCrm(record);
    const url = contactPage(deps, connection, { match, locals, properties });
    return url === undefined ? match : { ...match, url };
  };
  return { ...answerOf(outcome, records, toMatch), told: toldOf(asked.run) };
}

function matchOfCrm(record: BoundRecord): Match {
  return matchOfRecord(record, 'crm');
}

/** What an outcome of `FindContact` says of the caller. */
function answerOf(
  outcome: Answered['outcome'],
  records: readonly BoundRecord[],
  toMatch: (record: BoundRecord) => Match,
): Omit<LiveAnswer, 'told'> {
  if (outcome.kind !== 'success' && outcome.kind !== 'not_found') {
    return { status: 'failed', message: outcome.message, matches: [] };
  }
  if (records.length === 0) {
    const message = 'The CRM knows nobody with this number.';
    return { status: 'not_found', message, matches: [] };
  }
  const count = String(records.length);
  const matches = records.slice(0, MOST_MATCHES).map(toMatch);
  return { status: 'found', message: `The CRM knows ${count} with this number.`, matches };
}

/** Each form of the number that was asked for, with what the CRM answered. */
function toldOf(run: MethodRun): readonly Told[] {
  const kept = new Set(run.records.map((record) => textOf(record, 'contact_id')));
  const refused = run.notes.filter(({ code }) => code === 'other_numbers');
  return run.asked.map(({ phoneFormat, exchanges, bound }, at) => {
    const matched = bound.filter((record) => kept.has(textOf(record, 'contact_id'))).length;
    const ms = exchanges.reduce((sum, { durationMs }) => sum + durationMs, 0);
    const isLast = at === run.asked.length - 1;
    const others = bound.filter((record) => !kept.has(textOf(record, 'contact_id')));
    const why = [
      ...(isLast ? [run.outcome.message, ...refused.map(({ message }) => message)] : []),
      ...numbersOf(others),
    ];
    return {
      source: 'crm',
      asked: phoneFormat ?? 'as called',
      answered: bound.length,
      matched,
      message: [...exchanges.map(exchangeWords), ...why].join(' '),
      ms,
    };
  });
}

/** Records that are told of: a CRM that does not know its filter answers everybody. */
const FEW = 3;

/** Which numbers the records of an answer have that are not the caller's. */
function numbersOf(records: readonly BoundRecord[]): readonly string[] {
  const numbers = records.flatMap((record) => {
    const { phones } = matchOfCrm(record);
    return phones.length === 0 ? ['no number'] : phones;
  });
  const several = [...new Set(numbers)];
  if (several.length === 0) return [];
  const more = several.length > FEW ? ' and others' : '';
  return [`Refused were those with ${several.slice(0, FEW).join(', ')}${more}.`];
}

function exchangeWords({ request, response, failure }: MethodRun['exchanges'][number]): string {
  const came = response === undefined ? (failure?.message ?? 'no answer') : String(response.status);
  return asSentence(`${request.method} ${request.url}: ${came}`);
}

function withPages(
  deps: CallerIdentifierDeps,
  connection: PipelineConnection,
  told: Identified,
): IdentifiedCaller {
  const none = { locals: {}, properties: {} };
  return {
    ...told,
    matches: told.matches.map((match) => ({
      ...match,
      page: match.url ?? contactPage(deps, connection, { match, ...none }),
    })),
  };
}
