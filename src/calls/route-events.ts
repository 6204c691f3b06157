import { findOrganizationsByDomain } from '../organizations/organizations-repository.ts';
import { pickDomain } from '../organizations/pick-domain.ts';
import { ADMIN } from '../organizations/scope.ts';
import type { Handle } from '../store/handle.ts';
import { asciiLower } from '../text/ascii-lower.ts';
import type { CallEvent } from './call-event.ts';

/** Who sends events, as its key says: a phone system of one organization, or a shared one. */
export type EventSource = OwnSource | SharedSource;

export interface OwnSource {
  readonly phoneSystemId: string;
  /** The organization of the phone system. */
  readonly organizationId: string;
  /** What the phone system calls the organization, when it has such a name. */
  readonly domain?: string | undefined;
}

/** A phone system of the operator: each event names its organization by `domain`. */
export interface SharedSource {
  readonly phoneSystemId: string;
  readonly organizationId?: undefined;
}

/** Where an event belongs. */
export type Routed =
  | { readonly status: 'routed'; readonly organizationId: string }
  | {
      readonly status: 'refused';
      readonly code: 'unknown_domain' | 'missing_domain';
      readonly message: string;
    };

/**
 * Finds out where these events belong, with one query for all: to the organization of the phone
 * system unless they name another domain, from a shared one to the organization of their domain.
 * Domains are compared as host names are, in whatever case (RFC 4343).
 */
export async function routeEvents(
  handle: Handle,
  source: EventSource,
  events: readonly CallEvent[],
): Promise<(event: CallEvent) => Routed> {
  if (source.organizationId !== undefined) return (event) => routeOwn(source, event);
  const domains = events.flatMap(({ domain }) => domain ?? []);
  const known = await findOrganizationsByDomain(handle, ADMIN, domains);
  return ({ domain }) => routeShared(known, domain);
}

function routeOwn(source: OwnSource, { domain }: CallEvent): Routed {
  const { organizationId } = source;
  if (source.domain === undefined || domain === undefined) {
    return { status: 'routed', organizationId };
  }
  return asciiLower(domain) === asciiLower(source.domain)
    ? { status: 'routed', organizationId }
    : {
        status: 'refused',
        code: 'unknown_domain',
        message: `the domain ${JSON.stringify(domain)} is not that of this phone system's organization, ${JSON.stringify(source.domain)}`,
      };
}

function routeShared(
  known: readonly { readonly id: string; readonly domain: string }[],
  domain: string | undefined,
): Routed {
  if (domain === undefined) {
    return {
      status: 'refused',
      code: 'missing_domain',
      message:
        '`domain` is missing: this phone system is shared, so each event names its organization by it',
    };
  }
  const organizationId = pickDomain(known, domain);
  return organizationId === undefined
    ? {
        status: 'refused',
        code: 'unknown_domain',
        message: `no organization has the domain ${JSON.stringify(domain)}`,
      }
    : { status: 'routed', organizationId };
}
