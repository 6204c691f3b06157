import type { Scope } from '../contract/endpoint.ts';

/** An organization that does not work as usual. */
export interface HeldOrganization {
  readonly state: 'suspended' | 'deleting';
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly since: number;
}

/** Who makes a request: what its key stands for. */
export interface Principal {
  readonly keyId: string;
  readonly scope: Scope;
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

/** Turns keys into principals and names into organizations. */
export interface Access {
  /** Undefined for a key that is unknown, expired or revoked. */
  authenticate(key: string): Promise<Principal | undefined>;
  /** The organization an admin key names, or the only one there is; undefined when unknown. */
  organization(named: string | undefined): Promise<OrganizationChoice>;
  /** The organization whose events a shared phone system marks with this domain. */
  organizationOfDomain(domain: string): Promise<OrganizationChoice>;
}

export type OrganizationChoice =
  | {
      readonly status: 'found';
      readonly organizationId: string;
      readonly hold?: HeldOrganization;
    }
  | { readonly status: 'unknown' }
  | { readonly status: 'must_be_named' };
