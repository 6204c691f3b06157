import * as z from 'zod';

import type { ConnectionBook } from '../../calls/call-connection.ts';
import type { Onlooker, StoredEvent } from '../../calls/onlooker.ts';
import type { Vault } from '../../connections/vault.ts';
import { LIVE_TOPICS } from '../../contract/live.ts';
import type { Database } from '../../store/database.ts';
import type { Notices, NoticesDeps } from '../../store/notices.ts';
import { firstIdAt } from '../../text/uuid.ts';
import type { Clock } from '../../time/clock.ts';
import type { PipelineConnection } from '../connection-book.ts';
import type { LiveHub, LiveMessage } from './live-hub.ts';
import { selectRecentEvents } from './recent-events-repository.ts';

/** The other processes on the same database, as far as screens are concerned. */
export interface LiveNodes {
  /** Whether somebody reads events of the organization at another process. */
  watches(organizationId: string): boolean;
  /** Tells the others what readers here are told. */
  tell(organizationId: string, message: LiveMessage): void;
  /** Tells the others that a call has changed. */
  changed(organizationId: string, callId: string): void;
  /** Tells the others that somebody of the organization is erased. */
  forget(organizationId: string): void;
  /** The event is shown: nobody needs to find it in the database. */
  shown(organizationId: string, stored: Pick<StoredEvent, 'callId' | 'sequence'>): void;
  /** Readers have come or gone here. */
  watchedChanged(): void;
  close(): Promise<void>;
}

export interface LiveNodesDeps {
  readonly hub: Pick<LiveHub, 'publish' | 'reset' | 'watched'>;
  /** Shows an event to the readers here alone. */
  readonly onlooker: Onlooker<PipelineConnection>;
  readonly connections: ConnectionBook<PipelineConnection>;
  readonly vault: Vault;
  readonly database: Pick<Database, 'read' | 'now'>;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  readonly log: NoticesDeps['log'];
  readonly open: (deps: NoticesDeps) => Promise<Notices>;
}

/** Others say again what they watch, so that one that has died is forgotten. */
const SAY_EVERY_MS = 10_000;
const FORGET_AFTER_MS = 25_000;
/** Events are looked for that no process has told of: the one that took them in may have died. */
const LOOK_EVERY_MS = 2_000;
/** An event is told of within this time, and clocks differ by as much. */
const TOLD_WITHIN_MS = 3_000;
/** What is younger is left to the process that took it in. */
const LEFT_TO_OTHERS_MS = 1_000;
const MOST_SHOWN = 10_000;

const Said = z.discriminatedUnion('k', [
  z.object({ k: z.literal('who') }),
  z.object({ k: z.literal('watch'), n: z.string(), o: z.array(z.string()) }),
  z.object({ k: z.literal('changed'), o: z.string(), c: z.string() }),
  z.object({ k: z.literal('forget'), o: z.string() }),
  z.object({ k: z.literal('shown'), c: z.string(), s: z.number() }),
  z.object({ k: z.literal('tell'), o: z.string(), i: z.string(), t: z.string(), s: z.string() }),
]);

const Message = z.object({
  topic: z.enum(LIVE_TOPICS),
  event: z.string(),
  extensions: z.array(z.string()),
  data: z.record(z.string(), z.unknown()),
});

/** Joins the other processes on a PostgreSQL. */
export async function joinLiveNodes(
  deps: LiveNodesDeps,
  /** Of this process alone. */
  node: string,
): Promise<LiveNodes> {
  const { hub, database, clock, vault } = deps;
  const closing = new AbortController();
  const others = new Map<string, { readonly watched: ReadonlySet<string>; readonly at: number }>();
  const shown = new Set<string>();
  const markShown = ({ callId, sequence }: Pick<StoredEvent, 'callId' | 'sequence'>): void => {
    if (shown.size >= MOST_SHOWN) shown.delete(shown.keys().next().value ?? '');
    shown.add(`${callId} ${String(sequence)}`);
  };
  const say = (what: z.input<typeof Said>): void => {
    notices.send(JSON.stringify(what));
  };
  const sayWatched = (): void => {
    say({ k: 'watch', n: node, o: [...hub.watched()] });
  };
  const hear = (text: string): void => {
    const said = Said.safeParse(JSON.parse(text));
    if (!said.success) return;
    const { data } = said;
    switch (data.k) {
      case 'who':
        sayWatched();
        return;
      case 'watch':
        others.set(data.n, { watched: new Set(data.o), at: clock.monotonic() });
        return;
      case 'changed':
        deps.onlooker.changed(data.o, data.c);
        return;
      case 'forget':
        deps.onlooker.forget(data.o);
        return;
      case 'shown':
        markShown({ callId: data.c, sequence: data.s });
        return;
      case 'tell': {
        const sealed = {
          nonce: Buffer.from(data.t, 'base64'),
          sealed: Buffer.from(data.s, 'base64'),
        };
        const opened = vault.open(placeIn(data.o), { keyId: data.i, ...sealed });
        hub.publish(data.o, Message.parse(JSON.parse(opened)));
        return;
      }
    }
  };
  const watches = (organizationId: string): boolean =>
    [...others.values()].some(({ watched }) => watched.has(organizationId));
  const notices = await deps.open({
    clock,
    log: deps.log,
    heard: (text) => {
      try {
        hear(text);
      } catch (err) {
        // Of another version, or sealed with a key that is not known here yet.
        deps.log.warn({ err }, 'a word of another process was not understood');
        hub.reset('Something was missed: load again what is shown.');
      }
    },
    missed: () => {
      hub.reset('The server was cut off for a moment: load again what is shown.');
      say({ k: 'who' });
      sayWatched();
    },
  });
  const look = async (since: string): Promise<void> => {
    const found = await selectRecentEvents(database.read, hub.watched(), since);
    const before = database.now() - LEFT_TO_OTHERS_MS;
    for (const { organizationId, event, stored, receivedAt } of found) {
      if (receivedAt > before || shown.has(`${stored.callId} ${String(stored.sequence)}`)) continue;
      markShown(stored);
      const connections = await deps.connections.ofOrganization(organizationId);
      const { phoneSystemId } = stored;
      deps.onlooker.arrives({ organizationId, phoneSystemId, event, connections })?.(stored);
    }
  };
  const keepUp = async (): Promise<void> => {
    let saidAt = clock.monotonic();
    while (!closing.signal.aborted) {
      const since = firstIdAt(database.now() - TOLD_WITHIN_MS);
      await clock.sleep(LOOK_EVERY_MS, closing.signal);
      await look(since).catch((err: unknown) => {
        deps.log.warn({ err }, 'events of other processes were not looked for');
      });
      const now = clock.monotonic();
      for (const [name, { at }] of others) if (now - at > FORGET_AFTER_MS) others.delete(name);
      if (now - saidAt < SAY_EVERY_MS) continue;
      saidAt = now;
      sayWatched();
    }
  };
  say({ k: 'who' });
  sayWatched();
  const keeping = keepUp().catch(() => undefined);
  return {
    watches,
    tell: (organizationId, message) => {
      const { keyId, nonce, sealed } = vault.seal(placeIn(organizationId), JSON.stringify(message));
      const [t, s] = [nonce, sealed].map((bytes) => Buffer.from(bytes).toString('base64'));
      say({ k: 'tell', o: organizationId, i: keyId, t: t ?? '', s: s ?? '' });
    },
    changed: (organizationId, callId) => {
      say({ k: 'changed', o: organizationId, c: callId });
    },
    forget: (organizationId) => {
      say({ k: 'forget', o: organizationId });
    },
    shown: (organizationId, stored) => {
      markShown(stored);
      if (!watches(organizationId)) return;
      say({ k: 'shown', c: stored.callId, s: stored.sequence });
    },
    watchedChanged: sayWatched,
    close: async () => {
      closing.abort();
      await keeping;
      // An empty list: nobody need tell this process anything.
      say({ k: 'watch', n: node, o: [] });
      await notices.close();
    },
  };
}

/** What is under way is sealed like all that has names: a database may log what passes through it. */
function placeIn(organizationId: string) {
  return { organizationId, connectionId: 'screens', field: 'message' };
}
