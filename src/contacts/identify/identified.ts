import type { Clock } from '../../time/clock.ts';
import type { ContactIndex } from '../index/contact-index.ts';
import type { NumberKey, NumberKeys } from '../number-keys/number-key.ts';
import { choose } from './choose.ts';
import type { MultipleMatches } from './choose.ts';
import type { Match, MatchSource } from './match.ts';
import type { RecentAnswers } from './recent-answers.ts';

/** The part of a connection that says how callers are looked for. */
export interface IdentifyConnection {
  readonly id: string;
  readonly organizationId: string;
  /** Where numbers without a calling code belong; ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly rule: MultipleMatches;
  /** Numbers of the organization itself: nobody. */
  readonly ownNumbers: readonly string[];
  /** How many last digits are enough. */
  readonly lastDigits: number | undefined;
}

/** One question to one source, and what came of it. */
export interface Told {
  readonly source: 'own_numbers' | 'memory' | MatchSource;
  /** The form of the number that was asked for. */
  readonly asked: string;
  /** Whom it told of, and how many of them have the number. */
  readonly answered: number;
  readonly matched: number;
  readonly message: string;
  readonly ms: number;
}

/** `own_number`: of the organization itself. `late`: the CRM goes on, and is told of when it is done. */
export type IdentifiedStatus =
  'found' | 'ambiguous' | 'not_found' | 'own_number' | 'not_asked' | 'failed' | 'late';

export interface Identified {
  readonly connectionId: string;
  readonly status: IdentifiedStatus;
  readonly message: string;
  readonly matches: readonly Match[];
  /** Whose call it is by the connection's rule. */
  readonly chosen: Match | undefined;
  /** What was asked, in order. */
  readonly told: readonly Told[];
}

/** What asking a CRM itself came to. */
export interface LiveAnswer {
  readonly status: 'found' | 'not_found' | 'not_asked' | 'failed';
  readonly message: string;
  readonly matches: readonly Match[];
  readonly told: readonly Told[];
}

export interface IdentifyDeps {
  readonly keys: NumberKeys;
  readonly index: Pick<ContactIndex, 'byNumber'> | undefined;
  /** Whether the number is an extension of the organization. */
  readonly isExtension: (organizationId: string, key: NumberKey) => Promise<boolean>;
  /** The contact that we made for an earlier call of this number. */
  readonly made: (connection: IdentifyConnection, number: string) => Promise<Match | undefined>;
  readonly recent: RecentAnswers;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  /** Ends what is still asked when the server ends. */
  readonly closing: AbortSignal;
}

/** The answer where nobody is sure to have the number, but somebody may. */
export function withPossible(identified: Identified, possible: readonly Match[]): Identified {
  const { status, message } = identified;
  if (possible.length === 0 || !UNKNOWN.has(status)) return identified;
  const several =
    possible.length === 1 ? 'One contact has' : `${String(possible.length)} contacts have`;
  const words = `${several} these digits without their country: a person must say who it is.`;
  // A late answer may still tell.
  const known = status === 'late' ? status : 'ambiguous';
  return { ...identified, status: known, message: `${message} ${words}`, matches: possible };
}

const UNKNOWN: ReadonlySet<IdentifiedStatus> = new Set([
  'not_found',
  'not_asked',
  'failed',
  'late',
]);

/** What sources came to, by the connection's rule. */
export function settled(
  { id, rule }: IdentifyConnection,
  of: {
    readonly status: 'found' | 'not_found' | 'own_number' | 'not_asked' | 'failed';
    readonly matches: readonly Match[];
    readonly message?: string;
    /** The matches are of several lines: which of them it is, no rule can tell. */
    readonly strangers?: boolean;
  },
  told: readonly Told[],
): Identified {
  const { status, matches } = of;
  if (status !== 'found') {
    const message = of.message ?? 'Nobody has this number.';
    return { connectionId: id, status, message, matches: [], chosen: undefined, told };
  }
  const { chosen, message } = choose(matches, of.strangers === true ? 'ask' : rule);
  const known = chosen === undefined ? 'ambiguous' : 'found';
  return { connectionId: id, status: known, message, matches, chosen, told };
}
