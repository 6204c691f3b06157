import type { Database } from '../../src/store/database.ts';
import type { Act } from '../faults/auditor.ts';
import type { ApiClient } from '../real/api-client.ts';
import type { CrmLogLine } from './soak-crm.ts';

/** Acts of the CRM that cannot be asked, by the methods that lead to them. */
const ACT_OF: ReadonlyMap<string, Act> = new Map([
  ['CreateActivity', 'create'],
  ['UpdateActivity', 'comment'],
  ['StopCallActivity', 'stop'],
  ['UploadFile', 'upload'],
]);

/**
 * Does what a person does with steps that wait for one: looks into the CRM and says, over the API,
 * what is there. Returns the keys of their calls, one for each step.
 */
export async function answerWaiting(
  reader: Pick<Database, 'read'>,
  log: readonly CrmLogLine[],
  administrators: ReadonlyMap<string, ApiClient>,
): Promise<readonly string[]> {
  const waiting = await reader.read
    .selectFrom('step')
    .innerJoin('lane', 'lane.id', 'step.lane_id')
    .select(['step.id', 'step.method', 'step.lane_id', 'lane.call_key', 'lane.connection_id'])
    .where('step.state', '=', 'parked')
    .where('step.reason', '=', 'unknown_outcome')
    .execute();
  for (const step of waiting) {
    const done = await reader.read
      .selectFrom('step')
      .select('id')
      .where('lane_id', '=', step.lane_id)
      .where('method', '=', step.method)
      .where('state', '=', 'done')
      .execute();
    const seen = log.filter(
      (line) =>
        line.kind === 'executed' &&
        line.key === step.call_key &&
        line.act === ACT_OF.get(step.method),
    );
    const last = seen.at(-1);
    const isThere = seen.length > done.length;
    const id = isThere && step.method === 'CreateActivity' && last?.kind === 'executed';
    await administrators.get(step.connection_id)?.post(`/v1/steps/${step.id}/settle`, {
      outcome: isThere ? 'found' : 'absent',
      ...(id ? { activity_id: last.record } : {}),
    });
  }
  return waiting.map((step) => step.call_key);
}
