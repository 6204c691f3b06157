import { wasAnswered } from './call-facts.ts';
import type { CallFacts } from './call-facts.ts';

/** The options of a connection that decide what is logged, and under whom. */
export interface LogOptions {
  readonly log_inbound: boolean;
  readonly log_outbound: boolean;
  readonly log_missed: boolean;
  readonly log_internal: boolean;
  readonly unknown_callers: 'nothing' | 'create_contact';
  readonly owner_without_link: string;
  readonly owner_after_transfer: 'last' | 'first';
  /** CRM user who owns calls of a group that nobody answered. */
  readonly queue_owner?: string | undefined;
  readonly recordings: 'upload' | 'link' | 'none';
  readonly excluded_numbers: readonly string[];
  readonly excluded_extensions: readonly string[];
}

export type SkipReason =
  | 'direction_not_logged'
  | 'internal_not_logged'
  | 'missed_not_logged'
  | 'number_excluded'
  | 'extension_excluded'
  | 'no_user_link'
  | 'absent_method'
  /** Its secrets or its document cannot be read now. */
  | 'connection_shut';

export type LogDecision =
  | { readonly status: 'log' }
  /** The rules need to know how the call ends. */
  | { readonly status: 'wait' }
  | { readonly status: 'skip'; readonly reason: SkipReason; readonly message: string };

/**
 * What the other side is called by; for internal calls the extension that was called. A call of which
 * nobody told the direction counts as one that came in.
 */
export function partyNumber(
  facts: Pick<CallFacts, 'direction' | 'callingNumber' | 'calledNumber'>,
): string | undefined {
  if (facts.direction === undefined) return facts.callingNumber ?? facts.calledNumber;
  return facts.direction === 'inbound' ? facts.callingNumber : facts.calledNumber;
}

/**
 * Says whether the rules of a connection let this call into its CRM, and if not, why. `isExcluded` says
 * whether a number is on the connection's list.
 */
export function decideLogging(
  facts: CallFacts,
  options: LogOptions,
  isExcluded: (number: string) => boolean,
): LogDecision {
  if (facts.direction === undefined && facts.phase !== 'ended') return { status: 'wait' };
  const byDirection = checkDirection(facts, options);
  if (byDirection !== undefined) return byDirection;
  const party = partyNumber(facts);
  if (party !== undefined && options.excluded_numbers.length > 0 && isExcluded(party)) {
    return skip(
      'number_excluded',
      `the number ${party} is on the connection's list of excluded numbers`,
    );
  }
  const involved = [...facts.ringing, ...facts.spoke];
  if (
    involved.length > 0 &&
    involved.every((extension) => options.excluded_extensions.includes(extension))
  ) {
    return skip(
      'extension_excluded',
      `extension ${involved[0] ?? ''} is excluded by the connection`,
    );
  }
  return checkMissed(facts, options);
}

function checkDirection(facts: CallFacts, options: LogOptions): LogDecision | undefined {
  if (facts.direction === 'internal') {
    return options.log_internal
      ? undefined
      : skip('internal_not_logged', 'internal calls are not logged by this connection');
  }
  const wanted = facts.direction === 'outbound' ? options.log_outbound : options.log_inbound;
  return wanted
    ? undefined
    : skip(
        'direction_not_logged',
        `${facts.direction ?? 'inbound'} calls are not logged by this connection`,
      );
}

function checkMissed(facts: CallFacts, options: LogOptions): LogDecision {
  const missable = facts.direction === 'inbound' || facts.direction === undefined;
  if (options.log_missed || !missable || wasAnswered(facts)) return { status: 'log' };
  return facts.phase === 'ended'
    ? skip('missed_not_logged', 'missed calls are not logged by this connection')
    : { status: 'wait' };
}

function skip(reason: SkipReason, message: string): LogDecision {
  return { status: 'skip', reason, message };
}
