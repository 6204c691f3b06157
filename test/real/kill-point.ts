import type { DeliveryPoint } from '../../src/calls/deliver.ts';
import type { SyncPoint } from '../../src/contacts/sync/run-pass.ts';

/** Ends the process when `point` is passed for the `count`-th time. */
export interface Kill {
  readonly point: DeliveryPoint | SyncPoint;
  readonly count: number;
}

const POINTS: readonly Kill['point'][] = [
  'lane-loaded',
  'before-sending',
  'sending-committed',
  'request-sent',
  'response-read',
  'before-settle',
  'settled',
  'contacts-page-read',
  'contacts-batch-written',
  'contacts-list-ended',
  'contacts-pass-complete',
];

/** The variables that tell a killable server when to die. */
export function killVariables(kill: Kill): Readonly<Record<string, string>> {
  return { KILL_POINT: kill.point, KILL_COUNT: String(kill.count) };
}

/** Takes them out of the environment again: the settings know no such names. */
export function readKill(environment: NodeJS.ProcessEnv): {
  kill: Kill | undefined;
  environment: NodeJS.ProcessEnv;
} {
  const { KILL_POINT: name, KILL_COUNT: count, ...rest } = environment;
  const point = POINTS.find((candidate) => candidate === name);
  const kill = point === undefined ? undefined : { point, count: Number(count) };
  return { kill, environment: rest };
}
