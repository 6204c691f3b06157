import type * as z from 'zod';

import { recordDeed } from '../../access/audit.ts';
import type { OpenConnection, OpenConnections } from '../../connections/open-connection.ts';
import type { ListDescription } from '../../contacts/sync/describe-sync.ts';
import { askForSync, cancelSync, readSync } from '../../contacts/sync/sync-actions.ts';
import type { SyncActionDeps, SyncOverview } from '../../contacts/sync/sync-actions.ts';
import {
  cancelContactSync,
  getContactSync,
  startContactSync,
} from '../../contract/contact-sync.ts';
import type { ContactSync } from '../../contract/contact-sync.ts';
import { AppError } from '../../errors/app-error.ts';
import { route } from '../route.ts';
import type { RequestContext, Route } from '../route.ts';
import { actorOf, iso, isoOrNull } from './present.ts';
import type { StoreDeps } from './route-deps.ts';

export interface ContactSyncRouteDeps extends StoreDeps {
  readonly openConnections: OpenConnections;
  /** Absent: this server keeps no contacts. */
  readonly contactSync: SyncActionDeps | undefined;
}

type SyncBody = z.input<typeof ContactSync>;

/** How the copy of a CRM's contacts is kept up to date, and what people say to it. */
export function contactSyncRoutes(deps: ContactSyncRouteDeps): readonly Route[] {
  const { openConnections } = deps;
  const sync = (): SyncActionDeps => {
    if (deps.contactSync !== undefined) return deps.contactSync;
    throw new AppError('conflict', 'This server keeps no copy of contacts.');
  };
  const answer = async (connection: OpenConnection): Promise<{ readonly body: SyncBody }> => ({
    body: present(connection, await readSync(sync(), connection)),
  });
  return [
    route(startContactSync, async ({ params, body }, context) => {
      const connection = await openConnections.open(context.scope(), params.connection_id);
      const request = { full: body.full, acceptDeletions: body.accept_deletions };
      const { removed, overview } = await askForSync(sync(), connection, request);
      const details = { full: body.full, ...(body.accept_deletions ? { removed } : {}) };
      await record(deps, context, { connection, action: 'contact_sync.asked', details });
      sync().wake();
      return { body: present(connection, overview) };
    }),
    route(getContactSync, async ({ params }, { scope }) =>
      answer(await openConnections.open(scope(), params.connection_id)),
    ),
    route(cancelContactSync, async ({ params }, context) => {
      const connection = await openConnections.open(context.scope(), params.connection_id);
      await cancelSync(sync(), connection);
      await record(deps, context, { connection, action: 'contact_sync.cancelled', details: {} });
      return await answer(connection);
    }),
  ];
}

async function record(
  { database, ids }: StoreDeps,
  context: RequestContext,
  deed: {
    readonly connection: OpenConnection;
    readonly action: string;
    readonly details: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const { connection, action, details } = deed;
  await database.write((transaction) =>
    recordDeed(transaction, context.scope(), {
      ...{ ids, action, details },
      actor: actorOf(context),
      objectKind: 'connection',
      objectId: connection.id,
      at: database.now(),
    }),
  );
}

function present(connection: OpenConnection, overview: SyncOverview): SyncBody {
  const { state, message, people, companies, nextAt, lists } = overview;
  return {
    connection_id: connection.id,
    ...{ state, message, people, companies },
    next_run_at: isoOrNull(nextAt),
    lists: lists.map(presentList),
  };
}

function presentList(list: ListDescription): SyncBody['lists'][number] {
  const { method, state, estimate, secondsLeft, failure } = list;
  const {
    pages = 0,
    received = 0,
    added = 0,
    changed = 0,
    removed = 0,
    leftOut = 0,
  } = state?.counts ?? {};
  return {
    method,
    pass: state?.pass?.kind ?? null,
    started_at: isoOrNull(state?.pass?.startedAt),
    ...{ pages, received, added, changed, removed, left_out: leftOut },
    estimated_total: estimate ?? null,
    estimated_seconds_left: secondsLeft ?? null,
    last_complete_at: isoOrNull(state?.lastCompleteAt),
    last_full_at: isoOrNull(state?.lastFullAt),
    waiting_deletions: state?.waitingDeletions ?? null,
    last_error: failure === undefined ? null : { ...failure, at: iso(failure.at) },
  };
}
