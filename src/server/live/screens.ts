import type * as z from 'zod';

import type { CallFacts } from '../../calls/call-facts.ts';
import { partyNumber } from '../../calls/call-rules.ts';
import type { Arrival, Onlooker, StoredEvent } from '../../calls/onlooker.ts';
import type { LiveCall, LiveIdentified, LiveRinging } from '../../contract/live.ts';
import type { PipelineConnection } from '../connection-book.ts';
import { iso, isoOrNull } from '../routes/present.ts';
import type { LiveHub } from './live-hub.ts';
import { lookForCaller } from './screen-callers.ts';
import type { ScreenCaller, ScreenCallers, ScreenCallersDeps, UnderWay } from './screen-callers.ts';

export interface ScreensDeps extends ScreenCallersDeps {
  readonly hub: Pick<LiveHub, 'publish' | 'wants'>;
  /** Told of each change of a call: its row in lists may look different now. */
  readonly callChanged: (organizationId: string, callId: string) => void;
  /** Told of each event before anything of it is shown. */
  readonly shown?: (organizationId: string, stored: StoredEvent) => void;
}

/** A call with who is calling, as long as it may be asked for again. */
interface ScreenCall {
  readonly callId: string;
  readonly looking: ScreenCallers;
  extensions: readonly string[];
}

/** Calls that are remembered; an office has some hundreds at a time. */
const MOST = 2_000;
/** With the others nobody's phone does anything. */
const SHOWN: ReadonlySet<string> = new Set(['ringing', 'answered', 'transferred', 'ended']);

/**
 * Shows calls on the screens of people at phones. Who is calling is looked for from the moment in which
 * the event comes, beside its way to the disk; nothing is shown before it is there.
 */
export function createScreens(deps: ScreensDeps): Onlooker<PipelineConnection> {
  const { hub } = deps;
  const calls = new Map<string, ScreenCall>();
  const underWay: UnderWay = new Map();
  /** Whoever is told of a call is not held up by what goes wrong here. */
  const guarded = <T>(job: () => T): T | undefined => {
    try {
      return job();
    } catch (err) {
      deps.log.warn({ err }, 'a call could not be shown');
      return undefined;
    }
  };
  const remember = (key: string, call: ScreenCall): void => {
    calls.delete(key);
    if (calls.size >= MOST) calls.delete(calls.keys().next().value ?? '');
    calls.set(key, call);
  };
  const show = (
    { organizationId, event, connections }: Arrival<PipelineConnection>,
    of: {
      readonly key: string;
      readonly begun: ScreenCallers | undefined;
      readonly stored: StoredEvent;
    },
  ): void => {
    const { key, begun, stored } = of;
    const { callId, facts } = stored;
    const extensions = extensionsOf(facts);
    const number = partyNumber(facts);
    const known = calls.get(key);
    const isKnown = known?.callId === callId && known.looking.number === number;
    const tell = (callers: ScreenCallers): void => {
      const call = present(stored);
      const data: z.input<typeof LiveRinging> = { call, callers: [...callers.now()] };
      hub.publish(organizationId, { topic: 'ringing', event: event.kind, extensions, data });
    };
    if (isKnown) {
      known.extensions = extensions;
      void known.looking.ready.then(() => guarded(() => tell(known.looking)));
      return;
    }
    const looking =
      begun !== undefined && begun.number === number
        ? begun
        : // Who it was is of no use any more to a screen that has not seen the call.
          lookForCaller(deps, {
            ...{ organizationId, number, underWay },
            connections: event.kind === 'ended' ? { open: [], shut: [] } : connections,
          });
    const call: ScreenCall = { callId, looking, extensions };
    remember(key, call);
    const tellLater = (caller: ScreenCaller): void => {
      const data: z.input<typeof LiveIdentified> = {
        ...{ call_id: callId, caller },
        extensions: [...call.extensions],
      };
      const to = { topic: 'ringing', extensions: call.extensions } as const;
      hub.publish(organizationId, { ...to, event: 'identified', data });
    };
    void looking.ready.then(() => {
      guarded(() => tell(looking));
      looking.listen((caller) => {
        guarded(() => tellLater(caller));
      });
    });
  };
  return {
    arrives: (arrival) => {
      const { organizationId, phoneSystemId, event } = arrival;
      const key = `${organizationId} ${phoneSystemId} ${event.callId}`;
      const isShown = SHOWN.has(event.kind) && hub.wants(organizationId, 'ringing');
      const number = partyNumber(event);
      const isNew =
        isShown && event.kind === 'ringing' && calls.get(key)?.looking.number !== number;
      const begun = isNew
        ? guarded(() => lookForCaller(deps, { ...arrival, number, underWay }))
        : undefined;
      if (begun !== undefined) arrival.asks?.();
      return (stored) => {
        guarded(() => {
          deps.shown?.(organizationId, stored);
          deps.callChanged(organizationId, stored.callId);
          if (isShown) show(arrival, { key, begun, stored });
        });
      };
    },
    forget: (organizationId) => {
      for (const key of calls.keys()) if (key.startsWith(`${organizationId} `)) calls.delete(key);
    },
    changed: deps.callChanged,
  };
}

function extensionsOf({ ringing, spoke }: CallFacts): readonly string[] {
  return [...new Set([...ringing, ...spoke])];
}

function present(stored: StoredEvent): z.input<typeof LiveCall> {
  const { callId, facts, phoneSystemId, phoneCallId } = stored;
  return {
    ...{ id: callId, phone_system_id: phoneSystemId, phone_call_id: phoneCallId },
    phase: facts.phase,
    direction: facts.direction ?? null,
    result: facts.result ?? null,
    calling_number: facts.callingNumber ?? null,
    called_number: facts.calledNumber ?? null,
    party_number: partyNumber(facts) ?? null,
    queue: facts.queue ?? null,
    extensions: [...extensionsOf(facts)],
    answered_by: [...facts.spoke],
    started_at: iso(facts.startedAt),
    answered_at: isoOrNull(facts.answeredAt),
    ended_at: isoOrNull(facts.endedAt),
  };
}
