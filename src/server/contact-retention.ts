import type { ConnectionBook } from '../calls/call-connection.ts';
import type { OpenContactIndex } from '../contacts/index/create-contact-index.ts';
import { removeUnconfirmed } from '../contacts/sync/remove-unconfirmed.ts';
import { ConnectionOptions } from '../document/options/options-schema.ts';
import type { PipelineConnection } from './connection-book.ts';

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** A chore that, once an hour, removes copies of contacts that nobody has confirmed for too long. */
export function createContactRetention(deps: {
  readonly index: OpenContactIndex | undefined;
  readonly connections: Pick<ConnectionBook<PipelineConnection>, 'open'>;
  readonly now: () => number;
}): () => Promise<void> {
  const { index, connections, now } = deps;
  let lastAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (index === undefined || now() - lastAt < HOUR_MS) return;
    lastAt = now();
    await removeUnconfirmed({
      index,
      now,
      keptMs: async ({ organizationId, connectionId }) => {
        const connection = await connections.open(organizationId, connectionId);
        // Of one that cannot be opened nobody knows what was chosen.
        const { contact_retention_days: days } =
          connection?.opened.options ?? ConnectionOptions.parse({});
        return days * DAY_MS;
      },
    });
  };
}
