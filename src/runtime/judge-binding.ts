import type { BindResult } from '../document/bind/compile-binding.ts';
import { methodRow } from '../document/methods.ts';
import type { MethodName } from '../document/methods.ts';
import type { BodyForm } from './outcome-table.ts';
import type { Outcome } from './outcome.ts';

/**
 * Refines a successful outcome by what the binding found in the answer: a refusal written in the
 * body of a 2xx, a create without its id, a look-up that found nobody, a text that is no answer.
 */
export function judgeBinding(
  outcome: Outcome,
  bound: BindResult,
  answer: {
    readonly method: MethodName;
    readonly form: BodyForm;
    /** False for a method that looks for nothing in its answer: the status says it all. */
    readonly binds: boolean;
    /** The CRM's own words, where it has some. */
    readonly words: string | undefined;
  },
): Outcome {
  if (bound.status === 'refused') {
    const told = answer.words === undefined ? '' : ` It says: "${answer.words}"`;
    const message = `The CRM refused the request. ${bound.message}${told}`;
    return { ...outcome, kind: 'refused', effect: 'not_executed', action: 'park', message };
  }
  if (bound.status === 'executed_without_id') {
    const message = 'The CRM accepted it, but its answer has no id.';
    return { ...outcome, kind: 'unreadable', effect: 'executed', action: 'look_up', message };
  }
  const { kind, writes } = methodRow(answer.method);
  if (writes || !answer.binds || bound.records.length > 0) return outcome;
  if (answer.form === 'text') {
    const message = 'The answer is neither JSON nor what the document expects.';
    return { ...outcome, kind: 'unreadable', action: 'retry', breaker: true, message };
  }
  return kind === 'find'
    ? { ...outcome, kind: 'not_found', message: 'The CRM found nothing.' }
    : outcome;
}
