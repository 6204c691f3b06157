import * as z from 'zod';

import type { LedgerAttempt, LedgerExchange, LedgerStep } from '../calls/ledger-steps.ts';
import type { CallDetail, CallSummary } from '../calls/ledger.ts';
import type { RecordingView } from '../calls/list-recordings.ts';
import type { SignsIn } from '../connections/sign-in/signs-in.ts';
import type { Attempt, Call, CallWithSteps, Step } from '../contract/calls.ts';
import type { ConnectionState } from '../contract/connections.ts';
import { Exchange } from '../contract/exchanges.ts';
import { presentRecording } from './present-recording.ts';
import { iso, isoOrNull } from './routes/present.ts';
import { reasonOf } from './state-reason.ts';
import { hideAddressTokens } from '../text/hide-address-tokens.ts';

/** A call as a row of a list. */
export function presentCall(call: CallSummary): z.input<typeof Call> {
  const { facts } = call;
  return {
    id: call.id,
    phone_system_id: call.phoneSystemId,
    phone_call_id: call.externalId,
    state: call.state,
    direction: facts.direction ?? null,
    result: facts.result ?? null,
    calling_number: facts.callingNumber ?? null,
    called_number: facts.calledNumber ?? null,
    started_at: iso(facts.startedAt),
    answered_at: isoOrNull(facts.answeredAt),
    ended_at: isoOrNull(facts.endedAt),
    duration: facts.duration ?? null,
    possible_duplicate: call.possibleDuplicate,
    received_at: iso(call.receivedAt),
  };
}

/** What of a connection explains why the steps of a call wait. */
export interface ConnectionHealthView {
  readonly id: string;
  readonly state: z.input<typeof ConnectionState>;
  readonly state_reason: string | null;
  readonly signsIn: SignsIn;
}

/** A call with everything that became of it. */
export function presentCallDetail(
  call: CallDetail,
  connections: readonly ConnectionHealthView[],
  recordings: readonly RecordingView[],
): z.input<typeof CallWithSteps> {
  return {
    ...presentCall(call),
    events: call.events.map((event) => ({
      id: event.id,
      kind: event.kind,
      at: isoOrNull(event.at),
      received_at: iso(event.receivedAt),
      // The address of a recording often is the permission to have it.
      body: JSON.parse(hideAddressTokens(JSON.stringify(event.body))),
    })),
    connections: call.lanes.map((lane) => {
      const connection = connections.find(({ id }) => id === lane.connectionId);
      return {
        connection_id: lane.connectionId,
        call_key: lane.callKey,
        state: connection?.state ?? null,
        state_reason: connection === undefined ? null : reasonOf(connection, connection.signsIn),
        skipped: lane.skip?.message ?? null,
      };
    }),
    steps: call.steps.map(presentStep),
    recordings: recordings.map(presentRecording),
    notes: [...call.notes],
  };
}

function presentStep(step: LedgerStep): z.input<typeof Step> {
  return {
    id: step.id,
    connection_id: step.connectionId,
    method: step.method,
    state: step.state,
    reason: step.reason,
    message: step.happened,
    remedy: step.remedy,
    activity_id: step.activityId,
    possible_duplicate: step.possibleDuplicate,
    ready_at: isoOrNull(step.readyAt),
    attempts: step.attempts.map(presentAttempt),
  };
}

function presentAttempt(attempt: LedgerAttempt): z.input<typeof Attempt> {
  return {
    number: attempt.number,
    purpose: attempt.purpose,
    method: attempt.method,
    state: attempt.state,
    outcome: attempt.outcome,
    effect: attempt.effect,
    message: attempt.message,
    started_at: iso(attempt.startedAt),
    settled_at: isoOrNull(attempt.settledAt),
    part: attempt.part,
    notes: [...attempt.notes],
    exchanges: attempt.exchanges.map(presentLedgerExchange),
  };
}

/** The request is kept without `body` where there was none. */
const StoredRequest = Exchange.shape.request.extend({ body: z.string().nullable().default(null) });

function presentLedgerExchange(exchange: LedgerExchange): z.input<typeof Exchange> {
  return {
    request: StoredRequest.parse(exchange.request),
    response: Exchange.shape.response.parse(exchange.response ?? null),
    failure: Exchange.shape.failure.parse(exchange.failure ?? null),
    started_at: iso(exchange.startedAt),
    duration_ms: exchange.durationMs,
  };
}
