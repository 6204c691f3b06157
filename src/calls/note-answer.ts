import type { Transaction } from 'kysely';

import type { Tables } from '../store/schema.ts';
import { jsonShape } from '../text/json-shape.ts';
import type { CallConnection } from './call-connection.ts';
import { countLookup, countWithoutId } from './note-lookup-repository.ts';
import type { Step } from './step.ts';
import type { StepRun } from './step-runner.ts';

/** Characters of the keys of an answer that a warning shows. */
const SAMPLE_CHARACTERS = 300;

/** Keeps in mind how the answers of a CRM fit the response maps: a changed CRM shows in many of them. */
export async function noteAnswer(
  transaction: Transaction<Tables>,
  of: {
    readonly step: Step;
    readonly run: StepRun;
    readonly purpose: 'run' | 'ask';
    readonly connection: CallConnection;
  },
): Promise<void> {
  const { step, run, purpose, connection } = of;
  const { kind } = run.outcome;
  const noted = { connectionId: connection.id, sample: sampleOf(run) };
  if (step.method === 'FindContact') {
    if (kind !== 'success' && kind !== 'not_found') return;
    await countLookup(transaction, { ...noted, found: run.records.length > 0 });
    return;
  }
  if (purpose !== 'run') return;
  const hasId = kind === 'success' && run.records.length > 0;
  if (hasId || run.executedWithoutId) await countWithoutId(transaction, { ...noted, hasId });
}

/** Keys only: values are of people, and are not kept here. */
function sampleOf({ exchanges }: StepRun): string | null {
  const response = exchanges.at(-1)?.response;
  if (typeof response !== 'object' || response === null || !('body' in response)) return null;
  const { body } = response;
  return typeof body === 'string' ? (jsonShape(body, SAMPLE_CHARACTERS) ?? null) : null;
}
