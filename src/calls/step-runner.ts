import type { Values } from '../document/values/values.ts';
import type { MethodProgress } from '../runtime/method-call.ts';
import type { CallConnection } from './call-connection.ts';
import type { SettleOutcome } from './settle.ts';
import type { StepMethod, StepPart } from './step.ts';

/** The content of a file, opened for each try anew. */
export interface StepFile {
  readonly size: number;
  readonly type?: string;
  readonly name?: string;
  open(): AsyncIterable<Uint8Array>;
}

export type StepRecord = Readonly<Record<string, string | readonly string[]>>;

export interface StepExchange {
  readonly request: unknown;
  readonly response?: unknown;
  readonly failure?: unknown;
  readonly startedAt: number;
  readonly durationMs: number;
}

export interface StepRun {
  readonly outcome: SettleOutcome & { readonly breaker: boolean };
  /** For a look-up an empty list means: not found. */
  readonly records: readonly StepRecord[];
  readonly executedWithoutId: boolean;
  readonly exchanges: readonly StepExchange[];
  readonly notes: readonly { readonly code: string; readonly message: string }[];
  /** This request succeeded, and another of the method follows. */
  readonly next?: MethodProgress;
  /** The CRM says that its limit is used up, for so long. */
  readonly spentMs?: number;
}

export type PreparedStep =
  | {
      readonly status: 'ready';
      /** True when repeating this very request does no harm. */
      readonly idempotent: boolean;
      /** That is so by an idempotency key: what is repeated must be the same. */
      readonly keyed?: true;
      /** Of a method of several requests: which one this is, from 1. */
      readonly part?: StepPart;
      /** Of a method of several objects or requests: where in it this one stands. */
      readonly place?: Pick<MethodProgress, 'object' | 'request'>;
      /** Its answer tells the id of the record that the method is about. */
      readonly makesRecord?: true;
      /** Where the request goes: scheme, host and port. */
      readonly origin?: string;
      send(signal: AbortSignal): Promise<StepRun>;
    }
  | {
      readonly status: 'not_sent';
      /**
       * `needs_auth`, `sign_in_unavailable`: not this step waits, but the whole connection.
       * `skipped`: the document's own rule. `nothing_left`: the requests that were done are all.
       */
      readonly reason:
        | 'missing_value'
        | 'unsafe_value'
        | 'not_supported'
        | 'needs_auth'
        | 'sign_in_unavailable'
        | 'absent'
        | 'skipped'
        | 'nothing_left';
      /** `missing_value`: what lacks it. */
      readonly name?: string;
      readonly message: string;
      /** `sign_in_unavailable`: as the sign-in server asked. */
      readonly retryAfterMs?: number;
    };

export interface StepCall<C extends CallConnection = CallConnection> {
  readonly connection: C;
  readonly method: StepMethod | 'FindActivity';
  readonly values: Values;
  /** Names that have a value in the CRM and none any more: they are emptied there. */
  readonly cleared?: ReadonlySet<string>;
  /** Texts among the values that the ledger must not show. */
  readonly hidden?: readonly string[];
  readonly file?: StepFile;
  /** Since the call's record was created in the CRM. */
  readonly recordAgeMs?: number;
  /** Where earlier requests of this method ended. */
  readonly progress?: MethodProgress;
  /** The same for every try of a step. */
  readonly idempotencyKey?: string;
}

/**
 * Runs one method of a connection's document. `prepare` sends nothing of the call itself: at most it
 * signs in at the CRM, which uses up no try. It rejects only when the signal aborts, or by a fault.
 */
export interface StepRunner<C extends CallConnection = CallConnection> {
  prepare(call: StepCall<C>, signal: AbortSignal): Promise<PreparedStep>;
}
