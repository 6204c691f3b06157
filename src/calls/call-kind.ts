import { wasAnswered } from './call-facts.ts';
import type { CallFacts } from './call-facts.ts';

export type CallKind = 'inbound' | 'outbound' | 'internal' | 'missed';

/** How the call went, in one word, for texts and lists. */
export function callKindOf(facts: CallFacts): CallKind {
  if (facts.direction === 'internal') return 'internal';
  if (facts.direction === 'outbound') return 'outbound';
  return facts.phase === 'ended' && !wasAnswered(facts) ? 'missed' : 'inbound';
}
