import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';

import type { Endpoint, Scope } from '../../contract/endpoint.ts';
import { ORGANIZATION_HEADER } from '../../contract/parts.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Access, Principal } from '../principal.ts';
import { refuseHeld } from '../refuse-held.ts';

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | undefined;
    organizationId: string | undefined;
  }
}

/**
 * The check of one endpoint, before its body is read: who asks, may they, and for which
 * organization. Rejects with `unauthorized`, `forbidden`, `not_found` (an organization that is
 * not theirs), `organization_suspended` or `invalid_request` (an admin key that must name one).
 */
export function authenticateFor(endpoint: Endpoint, access: Access): onRequestAsyncHookHandler {
  return async (request) => {
    if (endpoint.scopes.length === 0) return;
    const principal = await principalOf(request, access);
    if (!endpoint.scopes.includes(principal.scope)) throw wrongScope(endpoint.scopes);
    const asked = { scope: principal.scope, endpoint: endpoint.name };
    refuseHeld(principal.hold, asked);
    request.principal = principal;
    if (endpoint.within === 'server') return;
    request.organizationId =
      principal.scope === 'events' && principal.organizationId === undefined
        ? await routedOrganization(endpoint, request, { access, asked })
        : await organizationOf(principal, request, { access, asked });
  };
}

/** The key of `Authorization: Bearer`, or undefined. RFC 6750, section 2.1; the scheme in any case. */
export function bearerKey(authorization: string | undefined): string | undefined {
  return /^Bearer +([\w.~+/-]+=*) *$/iu.exec(authorization ?? '')?.[1];
}

async function principalOf(request: FastifyRequest, access: Access): Promise<Principal> {
  const key = bearerKey(request.headers.authorization);
  if (key === undefined) {
    throw new AppError('unauthorized', 'Send a key as `Authorization: Bearer <key>`.');
  }
  const principal = await access.authenticate(key);
  if (principal === undefined) {
    throw new AppError('unauthorized', 'This key is unknown, expired or revoked.');
  }
  return principal;
}

/**
 * The organization of a request with the key of a shared phone system: none where each event names
 * its own, that of `domain` in the query where a route is made for it, and nothing else.
 */
async function routedOrganization(
  endpoint: Endpoint,
  request: FastifyRequest,
  { access, asked }: { access: Access; asked: { scope: Scope; endpoint: string } },
): Promise<string | undefined> {
  if (endpoint.within === 'phone_system') return undefined;
  if (endpoint.routed !== true) {
    throw new AppError(
      'forbidden',
      'The key of a shared phone system reports events and hands recordings over, and nothing else.',
    );
  }
  const domain: unknown = Reflect.get(Object(request.query), 'domain');
  if (typeof domain !== 'string' || domain === '') {
    throw new AppError(
      'invalid_request',
      'Name the organization as `domain` in the query: this phone system is shared.',
    );
  }
  const choice = await access.organizationOfDomain(domain);
  if (choice.status !== 'found') throw noSuchOrganization();
  refuseHeld(choice.hold, asked);
  return choice.organizationId;
}

async function organizationOf(
  principal: Principal,
  request: FastifyRequest,
  { access, asked }: { access: Access; asked: { scope: Scope; endpoint: string } },
): Promise<string> {
  const header = request.headers[ORGANIZATION_HEADER.toLowerCase()];
  const named = typeof header === 'string' && header !== '' ? header : undefined;
  if (principal.organizationId !== undefined) {
    if (named !== undefined && named !== principal.organizationId) throw noSuchOrganization();
    return principal.organizationId;
  }
  const choice = await access.organization(named);
  if (choice.status === 'found') {
    refuseHeld(choice.hold, asked);
    return choice.organizationId;
  }
  if (choice.status === 'unknown') throw noSuchOrganization();
  throw new AppError(
    'invalid_request',
    `Name the organization in the header \`${ORGANIZATION_HEADER}\`: an admin key belongs to none.`,
  );
}

function noSuchOrganization(): AppError {
  return new AppError('not_found', 'No such organization.');
}

function wrongScope(scopes: readonly Scope[]): AppError {
  return new AppError('forbidden', `This route needs a key of the scope ${scopes.join(' or ')}.`);
}
