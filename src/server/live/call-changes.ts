import type * as z from 'zod';

import { findCallSummary } from '../../calls/ledger.ts';
import { readStepStates } from '../../calls/step-states.ts';
import type { LiveCallChanged, LiveStep } from '../../contract/live.ts';
import type { Database } from '../../store/database.ts';
import type { Clock } from '../../time/clock.ts';
import { presentCall } from '../present-call.ts';
import type { LiveHub } from './live-hub.ts';

/** Tells readers how calls and their steps stand. */
export interface CallChanges {
  /** Something of this call may have changed; it is read soon, once for all that happens meanwhile. */
  touch(organizationId: string, callId: string): void;
  /** Somebody was erased: what was told before is not remembered. */
  forget(): void;
  /** Resolves when nothing waits to be read. */
  settled(): Promise<void>;
}

export interface CallChangesDeps {
  readonly hub: Pick<LiveHub, 'publish' | 'wants' | 'reset'>;
  readonly database: Pick<Database, 'read' | 'now'>;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

/** What one step after another changes is read together. */
const READ_AFTER_MS = 30;
/** Calls that wait to be read; whoever shows so many at once loads them better in one list. */
const MOST_WAITING = 2_000;
/** Calls of which it is remembered what was told. */
const MOST_TOLD = 5_000;
const TOO_MANY = 'More calls change than can be told one by one: load again what is shown.';

interface Told {
  call: string;
  readonly steps: Map<string, string>;
}

export function createCallChanges(deps: CallChangesDeps): CallChanges {
  const { hub, database } = deps;
  const waiting = new Map<string, { readonly organizationId: string; readonly callId: string }>();
  const told = new Map<string, Told>();
  let reading: Promise<void> | undefined;

  const toldOf = (callId: string): Told => {
    const known = told.get(callId) ?? { call: '', steps: new Map<string, string>() };
    told.delete(callId);
    if (told.size >= MOST_TOLD) told.delete(told.keys().next().value ?? '');
    told.set(callId, known);
    return known;
  };
  const tell = async (organizationId: string, callId: string): Promise<void> => {
    const scope = { organizationId };
    const call = await findCallSummary(database, scope, callId);
    if (call === undefined) return;
    const { ringing, spoke } = call.facts;
    const extensions = [...new Set([...ringing, ...spoke])];
    const before = toldOf(callId);
    const data: z.input<typeof LiveCallChanged> = { ...presentCall(call), extensions };
    const text = JSON.stringify(data);
    if (text !== before.call) {
      before.call = text;
      hub.publish(organizationId, { topic: 'calls', event: 'call', extensions, data });
    }
    if (!hub.wants(organizationId, 'steps')) return;
    for (const state of await readStepStates(database, scope, callId)) {
      const step = presentStep(callId, state);
      const now = JSON.stringify(step);
      if (now === before.steps.get(state.id)) continue;
      before.steps.set(state.id, now);
      hub.publish(organizationId, { topic: 'steps', event: 'step', extensions, data: step });
    }
  };
  const readAll = async (): Promise<void> => {
    while (waiting.size > 0) {
      await deps.clock.sleep(READ_AFTER_MS);
      const batch = [...waiting.values()];
      waiting.clear();
      for (const { organizationId, callId } of batch) {
        await tell(organizationId, callId).catch((err: unknown) => {
          deps.log.warn({ err, call_id: callId }, 'a change of a call was not told');
          hub.reset('A change could not be read: load again what is shown.', organizationId);
        });
      }
    }
  };
  return {
    touch: (organizationId, callId) => {
      if (!hub.wants(organizationId, 'calls') && !hub.wants(organizationId, 'steps')) return;
      if (waiting.size >= MOST_WAITING) {
        const organizations = new Set([...waiting.values()].map((one) => one.organizationId));
        waiting.clear();
        for (const id of [...organizations, organizationId]) hub.reset(TOO_MANY, id);
        return;
      }
      waiting.set(callId, { organizationId, callId });
      reading ??= readAll().finally(() => {
        reading = undefined;
      });
    },
    forget: () => {
      // By call, not by person: what has not changed is told once more.
      told.clear();
    },
    settled: async () => {
      while (reading !== undefined) await reading;
    },
  };
}

function presentStep(
  callId: string,
  state: Awaited<ReturnType<typeof readStepStates>>[number],
): z.input<typeof LiveStep> {
  return {
    ...{ call_id: callId, id: state.id, connection_id: state.connectionId },
    ...{ method: state.method, state: state.state, reason: state.reason },
    possible_duplicate: state.possibleDuplicate,
  };
}
