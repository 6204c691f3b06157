import { findHold } from '../organizations/holds-repository.ts';
import {
  findOrganization,
  findOrganizationsByDomain,
  listOrganizations,
} from '../organizations/organizations-repository.ts';
import { pickDomain } from '../organizations/pick-domain.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { Database } from '../store/database.ts';
import type { Tables } from '../store/schema.ts';
import { isKey, prefixOf } from './api-key.ts';
import type { KeyScope } from './api-key.ts';
import { findApiKeyByPrefix, touchApiKey } from './api-keys-repository.ts';
import type { KeyWithOwner } from './api-keys-repository.ts';

/** An organization that does not work as usual. */
export interface HeldOrganization {
  readonly state: 'suspended' | 'deleting';
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** What a proven key stands for. */
export interface KeyHolder {
  readonly keyId: string;
  readonly scope: KeyScope;
  /** Absent for `admin`, and for the key of a shared phone system. */
  readonly organizationId?: string;
  /** What phone systems call that organization, where it has such a name. */
  readonly domain?: string;
  /** Only for `events`. */
  readonly phoneSystemId?: string;
  /** Set where the events of the phone system need a signature. */
  readonly mustSign?: true;
  /** Of the key's organization. */
  readonly hold?: HeldOrganization;
}

export type OrganizationChoice =
  | {
      readonly status: 'found';
      readonly organizationId: string;
      readonly hold?: HeldOrganization;
    }
  | { readonly status: 'unknown' }
  | { readonly status: 'must_be_named' };

export interface Access {
  authenticate(key: string): Promise<KeyHolder | undefined>;
  organization(named: string | undefined): Promise<OrganizationChoice>;
  /** The organization whose events a shared phone system marks with this domain. */
  organizationOfDomain(domain: string): Promise<OrganizationChoice>;
}

/** The last use is written at most this often per key: it is for people, not for accounts. */
const TOUCH_EVERY_MS = 5 * 60 * 1_000;

/**
 * Turns keys into their holders (undefined when unknown, expired or revoked) and an id or domain
 * into an organization: without a name, the only one there is.
 */
export function createAccess(database: Database): Access {
  return {
    authenticate: async (key) => {
      const prefix = prefixOf(key);
      if (prefix === undefined) return undefined;
      const row = await findApiKeyByPrefix(database.read, prefix);
      if (!isKey(key, row?.hash) || row === undefined) return undefined;
      const now = database.now();
      if (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) {
        return undefined;
      }
      noteUse(database, row, now);
      return toHolder(row);
    },
    organization: async (named) => {
      if (named !== undefined) {
        const found = await findOrganization(database.read, ADMIN, named);
        return found === undefined ? { status: 'unknown' } : await choose(database, found.id);
      }
      const { items } = await listOrganizations(database.read, ADMIN, { limit: 2 });
      const [only] = items;
      return only !== undefined && items.length === 1
        ? await choose(database, only.id)
        : { status: 'must_be_named' };
    },
    organizationOfDomain: async (domain) => {
      const known = await findOrganizationsByDomain(database.read, ADMIN, [domain]);
      const id = pickDomain(known, domain);
      return id === undefined ? { status: 'unknown' } : await choose(database, id);
    },
  };
}

async function choose(database: Database, organizationId: string): Promise<OrganizationChoice> {
  const hold = await findHold(database.read, { organizationId });
  return { status: 'found', organizationId, ...(hold === undefined ? {} : { hold }) };
}

function noteUse(database: Database, row: Tables['api_key'], now: number): void {
  if (row.last_used_at !== null && now - row.last_used_at < TOUCH_EVERY_MS) return;
  database
    .write((transaction) => touchApiKey(transaction, row.id, now))
    .catch(() => {
      // The request itself goes on: it will say so if the database cannot be written.
    });
}

function toHolder(row: KeyWithOwner): KeyHolder {
  const { hold_state: state, hold_reason: reason, hold_since: since } = row;
  return {
    keyId: row.id,
    scope: row.scope,
    ...(row.organization_id === null ? {} : { organizationId: row.organization_id }),
    ...(row.organization_domain === null ? {} : { domain: row.organization_domain }),
    ...(row.phone_system_id === null ? {} : { phoneSystemId: row.phone_system_id }),
    ...(row.signatures_required_at === null ? {} : { mustSign: true as const }),
    ...(state === null || since === null ? {} : { hold: { state, reason, since } }),
  };
}
