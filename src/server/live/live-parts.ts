import type { Onlooker } from '../../calls/onlooker.ts';
import type { Database } from '../../store/database.ts';
import type { Ids } from '../../text/uuid.ts';
import type { Clock } from '../../time/clock.ts';
import type { PipelineConnection } from '../connection-book.ts';
import { createCallChanges } from './call-changes.ts';
import { createLiveHub } from './live-hub.ts';
import type { LiveHub } from './live-hub.ts';
import type { ScreenCallersDeps } from './screen-callers.ts';
import { createScreens } from './screens.ts';

export interface LivePartsDeps extends ScreenCallersDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly clock: Clock;
}

export interface LiveParts {
  readonly hub: LiveHub;
  readonly onlooker: Onlooker<PipelineConnection>;
  /** Resolves when nothing is read any more; streams have ended before. */
  close(): Promise<void>;
}

/** The part of a server that shows what happens while it happens. */
export function createLiveParts(deps: LivePartsDeps): LiveParts {
  const hub = createLiveHub(deps);
  const changes = createCallChanges({ ...deps, hub });
  const onlooker = createScreens({ ...deps, hub, callChanged: changes.touch });
  return {
    hub,
    onlooker,
    close: async () => {
      hub.close();
      await changes.settled();
    },
  };
}
