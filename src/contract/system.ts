import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { noBody, noParams, noQuery } from './parts.ts';

const open = {
  resource: 'server',
  method: 'GET',
  scopes: [],
  within: 'server',
  params: noParams,
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
  problems: [],
} as const;

export const getRoot = defineEndpoint({
  ...open,
  name: 'getRoot',
  path: '/',
  // Whoever comes back here from a sign-in (`return_to`) brings members of the query along.
  query: z.looseObject({}),
  summary: 'What answers here, and where to go on',
  response: z.object({
    name: z.literal('Patchcord').meta({ description: 'Always `Patchcord`.' }),
    version: z.string().meta({ description: 'Version of the server.', examples: ['1.0.0'] }),
    reference: z.string().meta({
      description: 'Path of the reference of this API, a page to read.',
      examples: ['/v1/reference'],
    }),
    openapi: z.string().meta({
      description: 'Path of the API as OpenAPI 3.1.',
      examples: ['/v1/openapi.json'],
    }),
    ready: z
      .string()
      .meta({ description: 'Path that says whether it works.', examples: ['/readyz'] }),
    metrics: z.string().meta({ description: 'Path of the metrics.', examples: ['/metrics'] }),
    next: z.string().meta({
      description: 'What to do first.',
      examples: ['Send `Authorization: Bearer <key>`; `patchcord key create` makes a key.'],
    }),
  }),
});

export const getOpenApi = defineEndpoint({
  ...open,
  name: 'getOpenApi',
  path: '/v1/openapi.json',
  summary: 'This API as OpenAPI 3.1',
  response: z
    .record(z.string(), z.unknown())
    .meta({ description: 'An OpenAPI 3.1 document.', examples: [{ openapi: '3.1.0' }] }),
});

export const getReference = defineEndpoint({
  ...open,
  name: 'getReference',
  path: '/v1/reference',
  summary: 'This API as a page to read',
  description: 'Every route with an example; it loads nothing from elsewhere.',
  responseType: 'text/html; charset=utf-8',
  response: z.string().meta({ description: 'A page of HTML.', examples: ['<!doctype html>'] }),
});

export const getLive = defineEndpoint({
  ...open,
  name: 'getLive',
  path: '/livez',
  summary: 'Is the process alive?',
  response: z.object({ status: z.literal('ok').meta({ description: 'Always `ok`.' }) }),
});

export const getReady = defineEndpoint({
  ...open,
  name: 'getReady',
  path: '/readyz',
  summary: 'Can it take call events now?',
  description: 'Writes to the database. 503 while it cannot, or while the server stops.',
  response: z.object({ status: z.literal('ok').meta({ description: 'Always `ok`.' }) }),
  problems: ['unavailable'],
});

export const getMetrics = defineEndpoint({
  ...open,
  name: 'getMetrics',
  path: '/metrics',
  summary: 'Counters for Prometheus',
  description: 'Sums over the whole server; no numbers, names or ids of anybody.',
  responseType: 'text/plain; version=0.0.4; charset=utf-8',
  response: z.string().meta({
    description: 'Text exposition format of Prometheus.',
    examples: ['patchcord_call_events_total 42\n'],
  }),
});
