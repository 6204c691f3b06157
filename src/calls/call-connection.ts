import type { MultipleMatches } from '../contacts/identify/choose.ts';
import type { MethodName } from '../document/methods.ts';
import type { Limit } from '../document/options/limits.ts';
import type { LogOptions } from './call-rules.ts';
import type { SubjectTexts } from './subject.ts';

export interface DeliveryOptions extends LogOptions {
  readonly on_unknown: 'retry_once' | 'park';
  readonly multiple_matches: MultipleMatches;
  readonly concurrency: number;
  readonly texts: SubjectTexts;
}

/** What the pipeline needs to know of a connection. */
export interface CallConnection {
  readonly id: string;
  readonly organizationId: string;
  readonly country: string;
  readonly timezone: string;
  readonly options: DeliveryOptions;
  /** How many requests its CRM takes, of calls and look-ups together. */
  readonly limits: readonly Limit[];
  /** Scheme, host and port of the addresses that it may call; the first is that of its calls. */
  readonly origins: readonly string[];
  /** True once calls have been planned on it: what its claims need is there. */
  readonly paced?: boolean;
  /** The methods that the document has. */
  readonly methods: ReadonlySet<MethodName>;
  /**
   * Set where not all data of contacts may be stored: names that a call does not remember of its
   * contact. Of the CRM's answers about contacts the ledger then keeps the keys alone.
   */
  readonly forgets?: ReadonlySet<string>;
}

/** The connections of an organization, whatever their state. */
export interface Connections<C extends CallConnection = CallConnection> {
  readonly open: readonly C[];
  /** Ids of those that cannot be opened now: their calls wait until they can. */
  readonly shut: readonly string[];
}

/** The connections of the pipeline, decrypted and compiled; what is costly comes from a cache. */
export interface ConnectionBook<C extends CallConnection = CallConnection> {
  /** Rejects only when the database cannot be asked. */
  ofOrganization(organizationId: string): Promise<Connections<C>>;
  /** `undefined` for one that was removed, or cannot be opened: then the others go on without it. */
  open(organizationId: string, connectionId: string): Promise<C | undefined>;
}
