import type { Scope } from '../contract/endpoint.ts';

/** Who makes a request: what its key stands for. */
export interface Principal {
  readonly keyId: string;
  readonly scope: Scope;
  /** Absent for `admin`. */
  readonly organizationId?: string;
  /** Only for `events`. */
  readonly phoneSystemId?: string;
}

/** Turns keys into principals and names into organizations. */
export interface Access {
  /** Undefined for a key that is unknown, expired or revoked. */
  authenticate(key: string): Promise<Principal | undefined>;
  /** The organization an admin key names, or the only one there is; undefined when unknown. */
  organization(named: string | undefined): Promise<OrganizationChoice>;
}

export type OrganizationChoice =
  | { readonly status: 'found'; readonly organizationId: string }
  | { readonly status: 'unknown' }
  | { readonly status: 'must_be_named' };
