import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import * as z from 'zod';

import { defineEndpoint } from '../../contract/endpoint.ts';
import { noBody, noParams, noQuery } from '../../contract/parts.ts';
import { createIds } from '../../text/uuid.ts';
import { systemClock } from '../../time/clock.ts';
import { buildApp } from '../app.ts';
import type { Access, Principal } from '../principal.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

const PRINCIPALS: Readonly<Record<string, Principal>> = {
  'admin-key': { keyId: 'k1', scope: 'admin' },
  'acme-key': { keyId: 'k2', scope: 'organization', organizationId: 'acme' },
  'pbx-key': { keyId: 'k3', scope: 'events', organizationId: 'acme', phoneSystemId: 'p1' },
};

/** Knows three keys, one for each scope. */
export const access: Access = {
  authenticate: async (key) => (Object.hasOwn(PRINCIPALS, key) ? PRINCIPALS[key] : undefined),
  organization: async (named) => {
    if (named === undefined) return { status: 'must_be_named' };
    return named === 'acme' ? { status: 'found', organizationId: 'acme' } : { status: 'unknown' };
  },
  organizationOfDomain: async () => ({ status: 'unknown' }),
};

/** What most endpoints of a test have in common. */
export const base = {
  resource: 'server',
  method: 'POST',
  path: '/v1/things',
  summary: 'Do a thing',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: noParams,
  query: noQuery,
  bodyKind: 'json',
  status: 200,
  problems: [],
} as const;

/** Answers with what it was asked. */
export const echo = route(
  defineEndpoint({
    ...base,
    name: 'echo',
    body: z.strictObject({ id: z.union([z.string(), z.number()]), secret: z.string().optional() }),
    response: z.object({ id: z.union([z.string(), z.number()]), organization: z.string() }),
  }),
  async ({ body }, { scope }) => ({ body: { id: body.id, organization: scope().organizationId } }),
);

/** Fails with this. */
export const failing = (err: unknown): Route =>
  route(
    defineEndpoint({
      ...base,
      name: 'fail',
      method: 'GET',
      path: '/v1/fail',
      body: noBody,
      bodyKind: 'none',
      response: noBody,
    }),
    () => Promise.reject(err),
  );

/** Headers of a request with JSON and a key of the organization. */
export const json = { 'content-type': 'application/json', authorization: 'Bearer acme-key' };

/** Starts servers of some routes without a database; `close` ends them all. */
export function createSmallApps() {
  const apps: FastifyInstance[] = [];
  const start = (
    routes: readonly Route[],
    given: { readonly log?: string[]; readonly trustedProxies?: readonly string[] } = {},
  ): FastifyInstance => {
    const app = buildApp({
      access,
      routes,
      logger: pino({ level: 'debug' }, { write: (line: string) => given.log?.push(line) }),
      ids: createIds({ clock: systemClock, randomBytes: (size) => new Uint8Array(size) }),
      trustedProxies: given.trustedProxies ?? [],
      https: false,
    });
    apps.push(app);
    return app;
  };
  const close = async (): Promise<void> => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
  };
  return { start, close };
}
