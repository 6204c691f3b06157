import type { Insertable, Transaction, Updateable } from 'kysely';

import { prepared, preparedRows } from '../store/prepared.ts';
import type { Tables } from '../store/schema.ts';
import type { Step } from './step.ts';
import { toStep } from './step-rows.ts';

/** Adds the steps of a plan. */
export async function insertSteps(
  transaction: Transaction<Tables>,
  rows: readonly Insertable<Tables['step']>[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += STEPS_AT_ONCE) {
    await insertRows(transaction, rows.slice(at, at + STEPS_AT_ONCE));
  }
}

/** A plan adds two or three steps; those of many recordings come in several statements. */
const STEPS_AT_ONCE = 8;

const insertRows = preparedRows((handle, rows: readonly Insertable<Tables['step']>[]) =>
  handle.insertInto('step').values([...rows]),
);

/** Changes a step; the caller holds the lock of its lane. */
export async function changeStep(
  transaction: Transaction<Tables>,
  stepId: string,
  change: Updateable<Tables['step']>,
): Promise<void> {
  await writeStep(transaction, { ...change, of_step: stepId });
}

type StepChanged = Updateable<Tables['step']> & { readonly of_step: string };

const writeStep = prepared((handle, { of_step: stepId, ...change }: StepChanged) =>
  handle.updateTable('step').set(change).where('id', '=', stepId),
);

/** The same, and how the step stands then; undefined when it is gone. */
export async function changeAndReadStep(
  transaction: Transaction<Tables>,
  stepId: string,
  change: Updateable<Tables['step']>,
): Promise<Step | undefined> {
  const [row] = await writeAndReadStep(transaction, { ...change, of_step: stepId });
  return row === undefined ? undefined : toStep(row);
}

const writeAndReadStep = prepared((handle, { of_step: stepId, ...change }: StepChanged) =>
  handle.updateTable('step').set(change).where('id', '=', stepId).returningAll(),
);

interface SendingStateOf {
  readonly connectionId: string;
  /** Where the request goes. */
  readonly origin: string;
}

/**
 * Whether a connection may send: its own state, whether its organization is held, and whether the
 * address failed lately.
 */
export async function findSendingState(
  transaction: Transaction<Tables>,
  of: SendingStateOf,
): Promise<
  | (Pick<Tables['connection'], 'state' | 'permits'> & {
      readonly until: number | null;
      readonly hold: string | null;
      readonly host: string | null;
    })
  | undefined
> {
  const [health] = await selectSendingState(transaction, of);
  return health;
}

const selectSendingState = prepared((handle, of: SendingStateOf) =>
  handle
    .selectFrom('connection')
    .leftJoin(
      'organization_hold',
      'organization_hold.organization_id',
      'connection.organization_id',
    )
    .leftJoin('host_health', (join) => join.on('host_health.origin', '=', of.origin))
    .select(['connection.state', 'connection.permits', 'state_until as until'])
    .select(['organization_hold.state as hold', 'host_health.state as host'])
    .where('connection.id', '=', of.connectionId),
);
