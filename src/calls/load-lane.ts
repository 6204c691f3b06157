import type { Database } from '../store/database.ts';
import type { CallConnection } from './call-connection.ts';
import type { CallFacts } from './call-facts.ts';
import { readFacts } from './call-repository.ts';
import type { LaneMemory } from './call-values.ts';
import { findCallOfLane, findLeased, readLinks, readSteps } from './lane-repository.ts';
import type { Lease } from './lane-repository.ts';
import { selectStored } from './recording-repository.ts';
import { ownerOf } from './owner.ts';
import type { Owner } from './owner.ts';
import type { Step } from './step.ts';
import { readMemory } from './step-rows.ts';
import type { LaneRow } from './step-rows.ts';

export interface LoadedLane {
  readonly lane: LaneRow;
  readonly facts: CallFacts;
  readonly memory: LaneMemory;
  readonly steps: readonly Step[];
  readonly owner: Owner;
  /** False where several CRMs get the call. */
  readonly onlyConnection: boolean;
  /** Those of the call whose bytes are here. */
  readonly recordings: readonly { readonly id: string; readonly key: string }[];
}

/**
 * Reads what the next step of a claimed lane needs; `undefined` when the claim does not hold. `claimed`:
 * the lane as the claim has just told it, which is not read again.
 */
export async function loadLane(
  database: Database,
  { lease, claimed }: { readonly lease: Lease; readonly claimed: LaneRow | undefined },
  connection: CallConnection,
): Promise<LoadedLane | undefined> {
  const lane = claimed ?? (await findLeased(database.read, lease));
  if (lane === undefined) return undefined;
  const call = await findCallOfLane(database.read, lane.call_id);
  const facts = readFacts(call);
  if (facts === undefined) throw new Error('a call with a lane has facts');
  const links = await readLinks(database.read, {
    organizationId: lane.organization_id,
    connectionId: lane.connection_id,
    extensions: [...new Set([...facts.ringing, ...facts.spoke])],
  });
  return {
    lane,
    facts,
    memory: readMemory(lane),
    steps: await readSteps(database.read, lane.id),
    owner: ownerOf(facts, connection.options, links),
    onlyConnection: call.lanes === 1,
    recordings:
      facts.recordings.length === 0 ? [] : await selectStored(database.read, lane.call_id),
  };
}
