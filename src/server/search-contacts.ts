import type { Connections } from '../calls/call-connection.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { whoSignsIn } from '../connections/sign-in/signs-in.ts';
import { permission } from '../connections/transitions.ts';
import { matchOfContact, matchOfRecord } from '../contacts/identify/match.ts';
import type { ContactIndex } from '../contacts/index/contact-index.ts';
import { mergeMatches } from '../contacts/search/merge-matches.ts';
import type { SearchHit } from '../contacts/search/merge-matches.ts';
import { createSearchTurns } from '../contacts/search/search-turns.ts';
import type { SearchTurns } from '../contacts/search/search-turns.ts';
import type { PhoneNumbers } from '../document/values/values.ts';
import type { Database } from '../store/database.ts';
import type { Clock } from '../time/clock.ts';
import type { PipelineConnection } from './connection-book.ts';
import { contactPage } from './contact-page.ts';
import { askCrm, whereToSignIn } from './crm-methods.ts';
import { remedyFor } from './state-reason.ts';

export interface ContactSearchDeps {
  readonly database: Pick<Database, 'now'>;
  /** Absent: only CRMs themselves can be asked. */
  readonly index: Pick<ContactIndex, 'search'> | undefined;
  readonly runner: SignedInRunner;
  readonly phones: PhoneNumbers;
  readonly clock: Pick<Clock, 'sleep'>;
}

export interface ContactQuestion {
  /** As somebody types it. */
  readonly query: string;
  /** Contacts, 1 to 100. */
  readonly limit: number;
  /** Ask the CRMs, too. */
  readonly live: boolean;
  /** Whose typing it is; absent: nobody's, and no question ends another one. */
  readonly session?: string | undefined;
  readonly signal: AbortSignal;
}

/** `late`: it needed longer than 2 seconds. `failed`: it refused, or is away. */
export type SearchStatus = 'answered' | 'late' | 'failed' | 'not_asked';

export interface SearchVerdict {
  readonly connectionId: string;
  readonly status: SearchStatus;
  readonly message: string;
  /** It was asked: that counts against its limits. */
  readonly requests: number;
}

export interface FoundContact extends SearchHit {
  readonly page: string | undefined;
}

export interface ContactSearchAnswer {
  readonly contacts: readonly FoundContact[];
  readonly verdicts: readonly SearchVerdict[];
}

/** Finds contacts by what people type. */
export interface ContactSearch {
  search(
    connections: Connections<PipelineConnection>,
    question: ContactQuestion,
  ): Promise<ContactSearchAnswer>;
  /** Ends what is still asked of CRMs. */
  close(): void;
}

/** Somebody is typing: what comes later than this is of no use. */
const LIVE_LIMIT_MS = 2_000;
/** Who types on within this time spares the CRM the question. */
const TYPING_PAUSE_MS = 150;
/** Of what a CRM tells no more is looked at: one that ignores its filter tells of everybody. */
const MOST_TOLD = 1_000;
/** One character is the beginning of everybody. */
const SHORTEST_LIVE = 2;

export function createContactSearch(deps: ContactSearchDeps): ContactSearch {
  const turns = createSearchTurns();
  const closing = new AbortController();
  return {
    search: async (connections, question) => {
      const [indexed, told] = await Promise.all([
        searchIndex(deps, connections, question),
        Promise.all(
          connections.open.map((connection) =>
            askConnection({ ...deps, turns, closing: closing.signal }, connection, question),
          ),
        ),
      ]);
      const merged = mergeMatches(
        indexed,
        told.flatMap(({ hits }) => hits),
        question,
      );
      const shut = connections.shut.map((connectionId): SearchVerdict => {
        return { connectionId, ...NOT_ASKED, message: 'The connection cannot be opened.' };
      });
      const byId = new Map(connections.open.map((connection) => [connection.id, connection]));
      return {
        contacts: merged.map((hit) => ({ ...hit, page: pageOf(deps, byId, hit) })),
        verdicts: [...told.map(({ verdict }) => verdict), ...shut],
      };
    },
    close: () => {
      closing.abort();
    },
  };
}

const NOT_ASKED = { status: 'not_asked', requests: 0 } as const;

async function searchIndex(
  { index }: ContactSearchDeps,
  { open }: Connections<PipelineConnection>,
  { query, limit, signal }: ContactQuestion,
): Promise<readonly SearchHit[]> {
  if (index === undefined || open.length === 0) return [];
  const of = open.map(({ id: connectionId, organizationId }) => ({ organizationId, connectionId }));
  const found = await index.search(of, query, { limit, signal });
  return found.map((contact) => ({
    connectionId: contact.connectionId,
    match: matchOfContact(contact),
  }));
}

interface Told {
  readonly verdict: SearchVerdict;
  readonly hits: readonly SearchHit[];
}

type AskingDeps = ContactSearchDeps & {
  readonly turns: SearchTurns;
  readonly closing: AbortSignal;
};

async function askConnection(
  deps: AskingDeps,
  connection: PipelineConnection,
  question: ContactQuestion,
): Promise<Told> {
  const connectionId = connection.id;
  const why = whyNotAsked(deps, connection, question);
  if (why !== undefined) {
    return { verdict: { connectionId, ...NOT_ASKED, message: why }, hits: [] };
  }
  const { session } = question;
  const signal = AbortSignal.any([question.signal, deps.closing]);
  if (session === undefined) return await askInTime(deps, connection, { ...question, signal });
  const answer = await deps.turns.take({ session, connectionId, signal }, async (ends) => {
    if (await isTypedOn(deps, ends)) return 'superseded' as const;
    return await askInTime(deps, connection, { ...question, signal: ends });
  });
  if (answer !== 'superseded') return answer;
  const message = 'A newer search of the same session came before the CRM had answered.';
  return { verdict: { connectionId, ...NOT_ASKED, message }, hits: [] };
}

function whyNotAsked(
  { database }: ContactSearchDeps,
  { methods, opened }: PipelineConnection,
  { live, query }: ContactQuestion,
): string | undefined {
  if (!live) return 'Only the index was searched: ask with `live=true` for the CRM, too.';
  if (Array.from(query.trim()).length < SHORTEST_LIVE) {
    return 'A CRM is asked for two characters or more.';
  }
  if (!methods.has('SearchContacts')) return 'The document has no method SearchContacts.';
  const health = { state: opened.state, until: opened.stateUntil };
  return permission(health, database.now()) === 'closed'
    ? `The connection is ${opened.state}.${remedyFor(opened.state, whoSignsIn(opened.document.signIn))}`
    : undefined;
}

async function isTypedOn({ clock }: ContactSearchDeps, ends: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(TYPING_PAUSE_MS, ends);
    return false;
  } catch (err) {
    if (!ends.aborted) throw err;
    return true;
  }
}

async function askInTime(
  deps: AskingDeps,
  connection: PipelineConnection,
  question: ContactQuestion,
): Promise<Told> {
  const connectionId = connection.id;
  const end = new AbortController();
  const signal = AbortSignal.any([question.signal, end.signal]);
  const isOver = deps.clock.sleep(LIVE_LIMIT_MS, signal).then(
    () => 'late' as const,
    () => 'ended' as const,
  );
  try {
    const first = await Promise.race([ask(deps, connection, { ...question, signal }), isOver]);
    if (typeof first !== 'string') return first;
    const message =
      first === 'late'
        ? 'The CRM has not answered within 2 seconds: what the index knows was told.'
        : 'Nobody waited for the answer any more.';
    const status = first === 'late' ? 'late' : 'not_asked';
    return { verdict: { connectionId, status, message, requests: 1 }, hits: [] };
  } finally {
    // Its request ends with it: an answer that nobody reads is a place that others lack.
    end.abort();
  }
}

async function ask(
  { runner, phones }: AskingDeps,
  connection: PipelineConnection,
  { query, signal }: ContactQuestion,
): Promise<Told> {
  const { id: connectionId, opened } = connection;
  const failed = (message: string, requests: number): Told => ({
    verdict: { connectionId, status: 'failed', message, requests },
    hits: [],
  });
  let asked: Awaited<ReturnType<typeof askCrm>>;
  try {
    asked = await askCrm(runner, opened, {
      method: 'SearchContacts',
      values: { prefix: query.trim() },
      // The signal comes before: what is late says so in our own words.
      deadlineMs: 2 * LIVE_LIMIT_MS,
      signal,
    });
  } catch (err) {
    if (!signal.aborted) throw err;
    return failed('Nobody waited for the answer any more.', 0);
  }
  if (asked.status === 'not_sent') {
    const advice = asked.reason === 'needs_auth' ? whereToSignIn(opened) : '';
    if (asked.reason !== 'skipped') return failed(`${asked.message}${advice}`, 0);
    return { verdict: { connectionId, ...NOT_ASKED, message: asked.message }, hits: [] };
  }
  const { outcome, records, exchanges } = asked.run;
  const requests = exchanges.length;
  if (outcome.kind !== 'success' && outcome.kind !== 'not_found') {
    return failed(outcome.message, requests);
  }
  const { locals, properties } = asked.signedIn;
  const hits = records.slice(0, MOST_TOLD).map((record): SearchHit => {
    const match = matchOfRecord(record, 'crm');
    const url = contactPage({ phones }, connection, { match, locals, properties });
    return { connectionId, match: url === undefined ? match : { ...match, url } };
  });
  const message = saidOf(records.length);
  return { verdict: { connectionId, status: 'answered', message, requests }, hits };
}

function saidOf(count: number): string {
  if (count === 1) return 'The CRM found one contact.';
  const found = `The CRM found ${String(count)} contacts`;
  return count <= MOST_TOLD
    ? `${found}.`
    : `${found}: only the first ${String(MOST_TOLD)} were looked at. It may ignore what was typed.`;
}

function pageOf(
  { phones }: ContactSearchDeps,
  byId: ReadonlyMap<string, PipelineConnection>,
  { connectionId, match }: SearchHit,
): string | undefined {
  const connection = byId.get(connectionId);
  if (connection === undefined) return match.url;
  return contactPage({ phones }, connection, { match, locals: {}, properties: {} });
}
