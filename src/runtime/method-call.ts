import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { CompiledDocument } from '../document/compiled-document.ts';
import type { MethodName } from '../document/methods.ts';
import type { Note, PhoneNumbers, Scalar, Values } from '../document/values/values.ts';
import type { Egress } from '../http/egress.ts';
import type { FileSource } from '../http/request-body.ts';
import type { Clock } from '../time/clock.ts';
import type { Credential, RenewCredential } from './credential.ts';
import type { Outcome } from './outcome.ts';
import type { ScrubbedExchange } from './scrub-exchange.ts';
import type { StreamLimits } from './stream-answer.ts';

/** The part of a connection that a method needs. */
export interface MethodConnection {
  readonly id: string;
  readonly organizationId: string;
  /** Label → value, secrets opened. */
  readonly properties: Readonly<Record<string, string>>;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** IANA time zone. */
  readonly timezone: string;
  /** Pinned: requests go nowhere else. */
  readonly origins: readonly string[];
  /** Of a trial on the developer's own machine; see `RenderContext`. */
  readonly mayReach?: (origin: string) => boolean;
}

/**
 * Where a method that writes stands between two of its requests: kept with the step, and given to the
 * next `prepare`. JSON.
 */
export interface MethodProgress {
  /** Place of the method object that runs, in the order of the document. */
  readonly object: number;
  /** Place of its next request. */
  readonly request: number;
  /** What its earlier requests bound; later ones see it, the nearer wins. */
  readonly bound: BoundRecord;
}

export interface MethodCall {
  readonly document: CompiledDocument;
  readonly method: MethodName;
  readonly connection: MethodConnection;
  readonly values: Values;
  /** What the sign-in gave; none where the document presents the properties themselves. */
  readonly credential?: Credential;
  /** Asked once for each request whose credential the CRM refuses. */
  readonly renew?: RenewCredential;
  /** Texts among the values that the ledger must not show. */
  readonly hidden?: readonly string[];
  readonly file?: FileSource;
  /** Milliseconds for all its exchanges together; without it each has the usual total. */
  readonly deadlineMs?: number;
  /** Since the record was created in the CRM: a young one may not be visible yet. */
  readonly recordAgeMs?: number;
  /** Where an earlier run of this method ended; without it the method begins. */
  readonly progress?: MethodProgress;
  /** Parameters that the user emptied, by name; `UpdateContact` alone writes them. */
  readonly cleared?: ReadonlySet<string>;
  /** Marks of the last sync, one per object of a method of several; the others begin anew. */
  readonly sinceByObject?: readonly (Scalar | null | undefined)[];
  /** Stable over all tries of one step: with it a CRM recognises a repeated request. */
  readonly idempotencyKey?: string;
  /**
   * Asked before each request after the first of a run: pages, objects of a list, forms of a number.
   * Resolves when the connection's rate lets it leave; rejects when the signal aborts.
   */
  readonly admit?: (signal: AbortSignal) => Promise<void>;
  /** The first request of a run has no place in the rate yet: it asks `admit` too. */
  readonly admitsFirst?: true;
}

/** What came of a run, all its pages together; the last of a method holds what all requests bound. */
export interface MethodRun {
  readonly outcome: Outcome;
  /** As bound, raw; for a look-up an empty list means not found. */
  readonly records: readonly BoundRecord[];
  readonly executedWithoutId: boolean;
  readonly exchanges: readonly ScrubbedExchange[];
  readonly notes: readonly Note[];
  /** Why paging ended. */
  readonly endedBy?: string;
  /**
   * Only of a method that writes: this request succeeded and another follows. The caller keeps it
   * first, then prepares the method again with it.
   */
  readonly next?: MethodProgress;
  /** The requests that were sent, in order; those for further pages belong to the first. */
  readonly asked: readonly AskedRequest[];
}

/** One request of a run, and what its answer gave. */
export interface AskedRequest {
  /** Places in the document, from 0. */
  readonly object: number;
  readonly request: number;
  /** The form of the number, of those in `phone_formats`. */
  readonly phoneFormat?: string;
  readonly exchanges: readonly ScrubbedExchange[];
  /** What it bound by itself, before it is joined with the rest. */
  readonly bound: readonly BoundRecord[];
}

/** What running a method needs from the process. */
export interface MethodRunnerDeps {
  readonly egress: Egress;
  readonly phones: PhoneNumbers;
  readonly clock: Clock;
  /** For multipart boundaries. */
  readonly randomId: () => string;
  /** Of lists that are read while they come; without it the usual ones. */
  readonly streamLimits?: StreamLimits;
}
