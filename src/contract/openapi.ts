import * as z from 'zod';

import { CATALOGUE } from '../errors/catalogue.ts';
import type { ErrorCode } from '../errors/catalogue.ts';
import {
  COMMON_PROBLEMS,
  IDEMPOTENCY_PROBLEMS,
  KEYLESS_PROBLEMS,
  takesIdempotencyKey,
} from './endpoint.ts';
import type { Endpoint } from './endpoint.ts';
import { curlOf } from './curl.ts';
import { exampleOf } from './examples.ts';
import { createSchemas } from './json-schemas.ts';
import type { Schema, Schemas } from './json-schemas.ts';
import { Problem, PROBLEM_TYPE } from './problem.ts';
import { requestHeadersOf } from './request-headers.ts';
import { INTRODUCTION } from './introduction.ts';
import { keyWords } from './key-words.ts';
import { RESOURCES } from './resources.ts';
import { recordedExample } from './story/recorded.ts';

export interface OpenApiOptions {
  readonly version: string;
  /** Address of the server, when it is known. */
  readonly serverUrl?: string;
  /** Schemas that stand in for those of the contract with the same `id`. */
  readonly replace?: Readonly<Record<string, z.ZodType>>;
  /** Schemas that no endpoint holds itself but a description refers to. */
  readonly extra?: readonly z.ZodType[];
}

/** The API as an OpenAPI 3.1 document; every schema is draft 2020-12 JSON Schema, as 3.1 wants. */
export function buildOpenApi(endpoints: readonly Endpoint[], options: OpenApiOptions): Schema {
  const schemas = createSchemas(options.replace ?? {});
  for (const schema of [Problem, ...(options.extra ?? [])]) schemas.of(schema);
  const paths: Record<string, Record<string, Schema>> = {};
  for (const endpoint of endpoints) {
    paths[endpoint.path] = {
      ...paths[endpoint.path],
      [endpoint.method.toLowerCase()]: operation(endpoint, schemas),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Patchcord',
      version: options.version,
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Without an address: that of the document itself (OpenAPI 3.1, section 4.8.1).
    servers: [{ url: options.serverUrl ?? '/' }],
    tags: [...new Set(endpoints.map((endpoint) => endpoint.resource))].map((name) => ({
      name,
      description: RESOURCES[name],
    })),
    paths,
    components: {
      schemas: schemas.components(),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of `POST /v1/keys` or `patchcord key create`.',
        },
      },
    },
  };
}

/** The codes that an endpoint may answer with, sorted by status. */
export function problemsOf(endpoint: Endpoint): readonly ErrorCode[] {
  const common = endpoint.scopes.length === 0 ? KEYLESS_PROBLEMS : COMMON_PROBLEMS;
  const body =
    endpoint.bodyKind === 'json'
      ? (['invalid_request', 'unsupported_media_type', 'payload_too_large'] as const)
      : [];
  const organization = endpoint.within === 'organization' ? (['not_found'] as const) : [];
  const keyed = takesIdempotencyKey(endpoint) ? IDEMPOTENCY_PROBLEMS : [];
  const codes = new Set<ErrorCode>([
    ...[...common, ...body, ...organization, ...keyed],
    ...endpoint.problems,
  ]);
  return [...codes].toSorted((a, b) => CATALOGUE[a].status - CATALOGUE[b].status);
}

function operation(endpoint: Endpoint, schemas: Schemas): Schema {
  return {
    operationId: endpoint.name,
    tags: [endpoint.resource],
    summary: endpoint.summary,
    description: [endpoint.description, keyWords(endpoint)]
      .filter((text) => text !== undefined)
      .join(' '),
    security: securityOf(endpoint),
    ...nonEmpty('parameters', parametersOf(endpoint, schemas)),
    ...requestBody(endpoint, schemas),
    responses: responsesOf(endpoint, schemas),
    ...samplesOf(endpoint),
  };
}

/** A key in the body has no name in OpenAPI: there the one of the header may be left out. */
function securityOf({ scopes, ownKey }: Endpoint): readonly Schema[] {
  if (ownKey !== undefined) return [{ key: [] }, {}];
  return scopes.length === 0 ? [] : [{ key: [] }];
}

/** The request as a command; other readers of OpenAPI documents know this extension too. */
function samplesOf(endpoint: Endpoint): Schema {
  const recorded = recordedExample(endpoint.name);
  if (recorded === undefined) return {};
  return { 'x-codeSamples': [{ lang: 'Shell', label: 'curl', source: curlOf(recorded) }] };
}

function parametersOf(endpoint: Endpoint, schemas: Schemas): readonly Schema[] {
  const headers = requestHeadersOf(endpoint).map((header) => ({
    ...header,
    in: 'header',
    schema: { type: 'string' },
  }));
  return [
    ...parametersIn('path', endpoint.params, schemas),
    ...parametersIn('query', endpoint.query, schemas),
    ...headers,
  ];
}

function parametersIn(
  place: 'path' | 'query',
  schema: z.ZodObject,
  schemas: Schemas,
): readonly Schema[] {
  return Object.entries(schema.shape).map(([name, member]) => {
    const { description, ...rest } = schemas.of(member);
    return {
      name,
      in: place,
      required: place === 'path' || !z.object({ member }).safeParse({}).success,
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function requestBody(endpoint: Endpoint, schemas: Schemas): Schema {
  if (endpoint.bodyKind === 'none') return {};
  if (endpoint.bodyKind === 'stream') {
    return {
      requestBody: {
        required: true,
        content: { '*/*': { schema: { type: 'string', format: 'binary' } } },
      },
    };
  }
  const example = recordedExample(endpoint.name)?.body;
  const content = { 'application/json': illustrated(schemas.of(endpoint.body), schemas, example) };
  return { requestBody: { required: true, content } };
}

function responsesOf(endpoint: Endpoint, schemas: Schemas): Schema {
  const responses: Record<string, Schema> = {};
  const headers = responseHeadersOf(endpoint);
  const content = {
    [endpoint.responseType ?? 'application/json']: illustrated(
      schemas.of(endpoint.response),
      schemas,
      recordedExample(endpoint.name)?.answer,
    ),
  };
  const done = { ...headers, ...(endpoint.status === 204 ? {} : { content }) };
  responses[endpoint.status] = { description: 'Done.', ...done };
  if (endpoint.creates === true) responses[201] = { description: 'It was made.', ...done };
  if (endpoint.finds === true) {
    responses[200] = { description: 'It was there: nothing was made.', ...done };
  }
  if (endpoint.etag === 'read' && endpoint.method === 'GET') {
    responses[304] = { description: 'It is as `If-None-Match` says.' };
  }
  if (endpoint.ranges === true) {
    responses[206] = { ...done, description: 'The part that `Range` asks for.' };
    responses[304] = { description: 'It is as `If-None-Match` says.' };
    responses[416] = { description: 'The file has no such part.' };
  }
  if (endpoint.redirects === true) responses[303] = { description: 'Elsewhere: see `Location`.' };
  for (const code of problemsOf(endpoint)) {
    const { status, meaning } = CATALOGUE[code];
    const earlier = responses[status];
    const line = `\`${code}\`: ${meaning}`;
    responses[status] = {
      description: earlier === undefined ? line : `${String(earlier['description'])} ${line}`,
      content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return responses;
}

function responseHeadersOf(endpoint: Endpoint): Schema {
  const headers: Record<string, Schema> = {};
  if (endpoint.etag !== undefined) headers['ETag'] = { schema: { type: 'string' } };
  if (takesIdempotencyKey(endpoint)) {
    headers['Idempotency-Replayed'] = {
      description: '`true`: this is the answer of the first request with the key.',
      schema: { type: 'string', enum: ['true'] },
    };
  }
  return Object.keys(headers).length === 0 ? {} : { headers };
}

function illustrated(schema: Schema, schemas: Schemas, recorded: unknown): Schema {
  return { schema, example: recorded ?? exampleOf(schema, schemas.components()) };
}

function nonEmpty(name: string, list: readonly Schema[]): Schema {
  return list.length === 0 ? {} : { [name]: list };
}
