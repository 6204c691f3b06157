import type { CallTables } from './tables/calls.ts';
import type { ConnectionTables } from './tables/connections.ts';
import type { ContactTables } from './tables/contacts.ts';
import type { ErasureTables } from './tables/erasures.ts';
import type { LogoTables } from './tables/logos.ts';
import type { OrganizationLifeTables } from './tables/organization-life.ts';
import type { OrganizationTables } from './tables/organizations.ts';
import type { PaceTables } from './tables/pace.ts';
import type { RecordingTables } from './tables/recordings.ts';
import type { SignatureTables } from './tables/signatures.ts';
import type { SignInTables } from './tables/sign-ins.ts';
import type { StoreTables } from './tables/store.ts';
import type { VaultKeyTables } from './tables/vault-keys.ts';

/** All tables, one file per area in `tables/`; the statements that make them are in `migrations/`. */
export interface Tables
  extends
    StoreTables,
    OrganizationTables,
    ConnectionTables,
    CallTables,
    SignInTables,
    VaultKeyTables,
    OrganizationLifeTables,
    RecordingTables,
    PaceTables,
    LogoTables,
    ContactTables,
    ErasureTables,
    SignatureTables {}
