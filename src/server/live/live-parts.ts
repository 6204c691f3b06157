import type { ConnectionBook } from '../../calls/call-connection.ts';
import type { Onlooker } from '../../calls/onlooker.ts';
import type { Vault } from '../../connections/vault.ts';
import type { Database } from '../../store/database.ts';
import type { Ids } from '../../text/uuid.ts';
import type { Clock } from '../../time/clock.ts';
import type { PipelineConnection } from '../connection-book.ts';
import { createCallChanges } from './call-changes.ts';
import { createLiveHub } from './live-hub.ts';
import type { LiveHub } from './live-hub.ts';
import { joinLiveNodes } from './live-nodes.ts';
import type { LiveNodes, LiveNodesDeps } from './live-nodes.ts';
import type { ScreenCallersDeps } from './screen-callers.ts';
import { createScreens } from './screens.ts';

export interface LivePartsDeps extends ScreenCallersDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly connections: ConnectionBook<PipelineConnection>;
}

export interface LiveParts {
  readonly hub: LiveHub;
  readonly onlooker: Onlooker<PipelineConnection>;
  /** Joins the other processes on a PostgreSQL; `node` is of this process alone. Resolves with how it leaves. */
  join(node: string, open: LiveNodesDeps['open']): Promise<() => Promise<void>>;
  /** Resolves when nothing is read any more; streams have ended before. */
  close(): Promise<void>;
}

/** The part of a server that shows what happens while it happens. */
export function createLiveParts(deps: LivePartsDeps): LiveParts {
  let nodes: LiveNodes | undefined;
  const hub = createLiveHub({ ...deps, watchedChanged: () => nodes?.watchedChanged() });
  const changes = createCallChanges({ ...deps, hub });
  const onlooker = createScreens({
    ...deps,
    hub: {
      wants: (organizationId, topic) =>
        hub.wants(organizationId, topic) || nodes?.watches(organizationId) === true,
      publish: (organizationId, message) => {
        hub.publish(organizationId, message);
        if (nodes?.watches(organizationId) === true) nodes.tell(organizationId, message);
      },
    },
    callChanged: (organizationId, callId) => {
      changes.touch(organizationId, callId);
      if (nodes?.watches(organizationId) === true) nodes.changed(organizationId, callId);
    },
    shown: (organizationId, stored) => nodes?.shown(organizationId, stored),
  });
  // What only readers here are shown: others find it themselves.
  const here = createScreens({ ...deps, hub, callChanged: changes.touch });
  const forgetHere = (organizationId: string): void => {
    onlooker.forget(organizationId);
    here.forget(organizationId);
    changes.forget();
    hub.reset('Somebody was erased: load again what is shown.', organizationId);
  };
  return {
    hub,
    onlooker: {
      ...onlooker,
      forget: (organizationId) => {
        forgetHere(organizationId);
        if (nodes?.watches(organizationId) === true) nodes.forget(organizationId);
      },
    },
    join: async (node, open) => {
      const joined = await joinLiveNodes(
        { ...deps, hub, onlooker: { ...here, forget: forgetHere }, open },
        node,
      );
      nodes = joined;
      return async () => {
        nodes = undefined;
        await joined.close();
      };
    },
    close: async () => {
      hub.close();
      await changes.settled();
    },
  };
}
