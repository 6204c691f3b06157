import type { CallTables } from './tables/calls.ts';
import type { ConnectionTables } from './tables/connections.ts';
import type { OrganizationTables } from './tables/organizations.ts';
import type { StoreTables } from './tables/store.ts';

/** All tables, one file per area in `tables/`; the statements that make them are in `migrations/`. */
export interface Tables extends StoreTables, OrganizationTables, ConnectionTables, CallTables {}
