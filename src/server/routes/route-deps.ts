import type { Database } from '../../store/database.ts';
import type { Ids } from '../../text/uuid.ts';

/** What the routes of stored objects work with. */
export interface StoreDeps {
  readonly database: Database;
  readonly ids: Ids;
  readonly randomBytes: (size: number) => Uint8Array;
}
