import type { Handle } from '../../store/handle.ts';
import type { LaneMemory } from '../call-values.ts';
import { readMemory } from '../step-rows.ts';
import { storableJson } from '../storable-json.ts';

/** Whether a contact of a connection is the person. */
export type IsContact = (connectionId: string, contact: LaneMemory['contact']) => boolean;

/**
 * Takes a person out of a call of somebody else who has the same number: they no longer stand among
 * those to choose from, nor in the answers that told of them. Tells how many exchanges went; `waits`:
 * somebody works on it.
 */
export async function eraseChoice(
  transaction: Handle,
  callId: string,
  isPerson: IsContact,
): Promise<{ readonly exchanges: number } | 'waits'> {
  const lanes = await transaction
    .updateTable('lane')
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('call_id', '=', callId)
    .returning(['id', 'connection_id', 'memory', 'state'])
    .execute();
  let exchanges = 0;
  for (const lane of lanes) {
    const memory = readMemory(lane);
    const { choices = [] } = memory;
    const others = choices.filter((one) => !isPerson(lane.connection_id, one));
    if (others.length === choices.length) continue;
    if (lane.state === 'leased') return 'waits';
    await transaction
      .updateTable('lane')
      .set({ memory: storableJson({ ...memory, choices: others }) })
      .where('id', '=', lane.id)
      .execute();
    const searches = transaction
      .selectFrom('attempt')
      .select('id')
      .where('lane_id', '=', lane.id)
      .where('method', '=', 'FindContact');
    const went = await transaction
      .deleteFrom('exchange')
      .where('attempt_id', 'in', searches)
      .executeTakeFirst();
    exchanges += Number(went.numDeletedRows);
  }
  return { exchanges };
}
