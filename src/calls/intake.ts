import type { Transaction } from 'kysely';

import { AppError } from '../errors/app-error.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import type { CallConnection, ConnectionBook, Connections } from './call-connection.ts';
import { parseCallEvent } from './call-event.ts';
import type { CallEvent, ParsedEvent } from './call-event.ts';
import { eachInOrder } from './each-in-order.ts';
import { notesOf } from './event-notes.ts';
import type { IntakeBudget, OverBudget } from './intake-budget.ts';
import { keepMalformed } from './keep-malformed.ts';
import { insertRefusedEvent, removeSurplusRefused } from './refused-events-repository.ts';
import { announceRecordings, insertEvent } from './call-repository.ts';
import type { CallIdentity } from './call-repository.ts';
import { keptBody } from './kept-body.ts';
import type { Onlooker, StoredEvent } from './onlooker.ts';
import { openCall, TOO_MANY } from './open-call.ts';
import { planLanes } from './plan-lanes.ts';
import type { PlanLanesDeps } from './plan-lanes.ts';
import { insertAddresses } from './recording-address-repository.ts';
import type { SealedAddress } from './recording-address-repository.ts';
import type { RecordingAddresses } from './recording-addresses.ts';
import { parseWebhook, withoutToken } from './ringotel-webhook.ts';
import { routeEvents } from './route-events.ts';
import type { EventSource, Routed } from './route-events.ts';
import { withoutNul } from './storable-json.ts';

export type EventResult =
  | {
      readonly status: 'accepted' | 'repeated';
      readonly callId: string;
      readonly notes: readonly string[];
    }
  | {
      readonly status: 'refused';
      readonly callId: null;
      readonly code: string;
      readonly message: string;
    };

export interface Intake {
  /**
   * Takes in events as phone systems send them. Resolves after the accepted ones are on disk with
   * what they lead to; one result per event, in their order. A bad event refuses itself only.
   */
  accept(source: EventSource, bodies: readonly unknown[]): Promise<readonly EventResult[]>;
  /** The same for one body of the original product's webhook. */
  acceptWebhook(source: EventSource, body: unknown): Promise<EventResult>;
}

const NO_CONNECTIONS: Connections<never> = { open: [], shut: [] };
const OTHER_BODY =
  'an event of this call with this id came before with another body: this one is not used, so give each event an id of its own';

export interface IntakeDeps<C extends CallConnection = CallConnection> extends PlanLanesDeps {
  readonly database: Database;
  readonly connections: ConnectionBook<C>;
  readonly addresses: RecordingAddresses;
  /** Absent: whatever comes is taken in. */
  readonly budget?: Pick<IntakeBudget, 'admit'>;
  /** Called after each commit: there may be work. */
  readonly wake: () => void;
  /** Shows what comes on screens. */
  readonly onlooker?: Pick<Onlooker<C>, 'arrives'> | undefined;
  readonly reached?: (point: 'event-committed') => void;
}

/** Makes the door through which all call events come. */
export function createIntake<C extends CallConnection>(deps: IntakeDeps<C>): Intake {
  const acceptAll = async (
    source: EventSource,
    events: readonly { readonly body: unknown; readonly parsed: ParsedEvent }[],
  ): Promise<readonly EventResult[]> => {
    const parsedEvents = events.flatMap(({ parsed }) => (parsed.ok ? [parsed.event] : []));
    const routeOf = await routeEvents(deps.database.read, source, parsedEvents);
    const held = askBudget(deps.budget, parsedEvents.map(routeOf));
    const books = await readConnections(deps.connections, parsedEvents.map(routeOf));
    // Where one transaction follows another, all jobs are asked for in this turn, so they share it.
    const results = await eachInOrder(
      events,
      ({ parsed }) => (parsed.ok ? parsed.event.callId : undefined),
      ({ body, parsed }) => acceptOne(deps, { source, body, parsed, books, routeOf, held }),
    );
    if (results.some(({ status }) => status === 'refused')) {
      await deps.database.write((transaction) =>
        removeSurplusRefused(transaction, source.phoneSystemId),
      );
    }
    deps.reached?.('event-committed');
    deps.wake();
    return results;
  };
  return {
    accept: (source, bodies) =>
      acceptAll(
        source,
        bodies.map(withoutNul).map((body) => ({ body, parsed: parseCallEvent(body) })),
      ),
    acceptWebhook: async (source, received) => {
      const body = withoutNul(received);
      const event = { body: withoutToken(body), parsed: parseWebhook(body) };
      const [result] = await acceptAll(source, [event]);
      return result ?? refuse('internal', 'the event got no result');
    },
  };
}

interface OneEvent<C extends CallConnection> {
  readonly source: EventSource;
  readonly body: unknown;
  readonly parsed: ParsedEvent;
  readonly books: ReadonlyMap<string, Connections<C>>;
  readonly routeOf: (event: CallEvent) => Routed;
  /** Why the events of these organizations must wait. */
  readonly held: ReadonlyMap<string, OverBudget>;
}

async function acceptOne<C extends CallConnection>(
  deps: IntakeDeps<C>,
  one: OneEvent<C>,
): Promise<EventResult> {
  const { source, body, parsed } = one;
  if (!parsed.ok) {
    await keepMalformed(deps, { phoneSystemId: source.phoneSystemId, body, problem: parsed });
    return refuse(parsed.code, parsed.message);
  }
  const { event } = parsed;
  const routed = one.routeOf(event);
  if (routed.status === 'refused') return await keepRefused(deps, { source, body, event, routed });
  const { organizationId } = routed;
  const over = one.held.get(organizationId);
  if (over !== undefined) return refuse('over_budget', over.message);
  const identity = {
    organizationId,
    phoneSystemId: source.phoneSystemId,
    externalId: event.callId,
  };
  const connections = one.books.get(organizationId) ?? NO_CONNECTIONS;
  const sealed = deps.addresses.seal(organizationId, event);
  const { phoneSystemId } = source;
  let isAsked = false;
  const asks = (): void => {
    isAsked = true;
  };
  const shown = deps.onlooker?.arrives({
    ...{ organizationId, phoneSystemId, event, connections, asks },
  });
  // A transaction takes a millisecond of this thread, and more while the disk is busy: first the question
  // goes, so that the CRM looks for the caller meanwhile.
  if (isAsked) await endOfTurn();
  try {
    const { callId, repeated, same, stored } = await deps.database.write((transaction) =>
      recordEvent(transaction, deps, {
        identity,
        ...sealed,
        body: keptBody(body, event),
        connections,
        now: deps.database.now(),
      }),
    );
    if (stored !== undefined) shown?.(stored);
    const notes = [...(same ? [] : [OTHER_BODY]), ...notesOf(event, source, deps.database.now())];
    return { status: repeated ? 'repeated' : 'accepted', callId, notes };
  } catch (err) {
    if (err instanceof AppError && err.details['reason'] === TOO_MANY) {
      return refuse(TOO_MANY, err.message);
    }
    throw err;
  }
}

async function endOfTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

export interface Recorded {
  readonly callId: string;
  /** The event was known: nothing changed. */
  readonly repeated: boolean;
  /** False for a known event that now came with another body. */
  readonly same: boolean;
  /** Of a new event: what it has made of the call. */
  readonly stored?: StoredEvent;
}

/**
 * Keeps an event, merges it into its call and plans what follows, in the caller's transaction.
 * `repeated` when the event was known: then nothing changed. Rejects with `conflict` when the call
 * has all the events that a call may have, and with `not_found` for an id of ours that is gone.
 */
export async function recordEvent(
  transaction: Transaction<Tables>,
  deps: PlanLanesDeps,
  work: {
    identity: CallIdentity;
    event: CallEvent;
    /** What the names in the event stand for. */
    addresses?: readonly SealedAddress[];
    /** JSON text. */
    body: string;
    connections: Connections;
    now: number;
  },
): Promise<Recorded> {
  const { now, identity } = work;
  const opened = await openCall(transaction, deps.ids, work);
  if (opened.status === 'repeated') {
    return { callId: opened.id, repeated: true, same: opened.same };
  }
  const { id: callId, organizationId, phoneSystemId, received, facts } = opened;
  await insertEvent(transaction, deps.ids, { callId, organizationId, received, body: work.body });
  await insertAddresses(transaction, { callId, organizationId }, work.addresses ?? []);
  await announceRecordings(transaction, deps.ids, { callId, organizationId, facts, now });
  await planLanes(transaction, deps, {
    call: {
      id: callId,
      organizationId,
      phoneSystemId,
      facts,
      previous: opened.previous,
      sequence: received.sequence,
      begins: received.sequence === 1,
    },
    connections: work.connections,
    now,
  });
  const { sequence } = received;
  const stored = { callId, phoneSystemId, phoneCallId: identity.externalId, sequence, facts };
  return { callId, repeated: false, same: true, stored };
}

/**
 * Which organizations must wait with their events. Throws `over_budget` when none of the events can be
 * taken, so that the whole request is sent again.
 */
function askBudget(
  budget: IntakeDeps['budget'],
  routed: readonly Routed[],
): ReadonlyMap<string, OverBudget> {
  if (budget === undefined) return new Map();
  const counts = new Map<string, number>();
  for (const one of routed) {
    if (one.status !== 'routed') continue;
    counts.set(one.organizationId, (counts.get(one.organizationId) ?? 0) + 1);
  }
  const held = new Map<string, OverBudget>();
  for (const [organizationId, count] of counts) {
    const over = budget.admit(organizationId, count);
    if (over !== undefined) held.set(organizationId, over);
  }
  const [first] = held.values();
  if (first !== undefined && held.size === counts.size) {
    throw new AppError('over_budget', first.message, {
      details: { retry_after_seconds: first.retryAfterSeconds },
    });
  }
  return held;
}

async function readConnections<C extends CallConnection>(
  book: ConnectionBook<C>,
  routed: readonly Routed[],
): Promise<ReadonlyMap<string, Connections<C>>> {
  const organizations = new Set(
    routed.flatMap((one) => (one.status === 'routed' ? one.organizationId : [])),
  );
  const entries = [...organizations].map(
    async (id) => [id, await book.ofOrganization(id)] as const,
  );
  return new Map(await Promise.all(entries));
}

/** Keeps an event that belongs to nobody for some days, so that a wrong domain can be seen and mended. */
async function keepRefused(
  deps: Pick<IntakeDeps, 'database' | 'ids'>,
  work: {
    source: EventSource;
    body: unknown;
    event: CallEvent;
    routed: Extract<Routed, { readonly status: 'refused' }>;
  },
): Promise<EventResult> {
  const { code, message } = work.routed;
  // Named before the transaction: several run at the same time, and the oldest go first.
  const row = {
    id: deps.ids.next(),
    phone_system_id: work.source.phoneSystemId,
    domain: work.event.domain ?? null,
    code,
    message,
    body: keptBody(work.body, work.event),
    received_at: deps.database.now(),
  };
  await deps.database.write((transaction) => insertRefusedEvent(transaction, row));
  return refuse(code, message);
}

function refuse(code: string, message: string): EventResult {
  return { status: 'refused', callId: null, code, message };
}
