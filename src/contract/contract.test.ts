import { describe, expect, test } from 'vitest';
import * as z from 'zod';

import { CATALOGUE } from '../errors/catalogue.ts';
import { CallEvent } from './call-events.ts';
import { ENDPOINTS } from './endpoints.ts';
import { buildOpenApi, problemsOf } from './openapi.ts';

const document = buildOpenApi(ENDPOINTS, { version: '0.0.0', extra: [CallEvent] });
const text = JSON.stringify(document);

describe('the contract', () => {
  test('names each operation and each method with path once', () => {
    const names = ENDPOINTS.map((endpoint) => endpoint.name);
    const routes = ENDPOINTS.map((endpoint) => `${endpoint.method} ${endpoint.path}`);

    expect(new Set(names).size).toBe(ENDPOINTS.length);
    expect(new Set(routes).size).toBe(ENDPOINTS.length);
  });

  test.each(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint] as const))(
    '%s has exactly the parameters that its path names',
    (_name, endpoint) => {
      const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/gu)].map((match) => match[1]);

      expect(Object.keys(endpoint.params.shape)).toEqual(inPath);
    },
  );

  test.each(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint] as const))(
    '%s answers with known problems only',
    (_name, endpoint) => {
      for (const code of problemsOf(endpoint)) expect(CATALOGUE).toHaveProperty(code);
    },
  );
});

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1 and holds every route', () => {
    const paths = z.record(z.string(), z.record(z.string(), z.unknown())).parse(document['paths']);
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );

    expect(document['openapi']).toBe('3.1.0');
    expect(routes.toSorted()).toEqual(
      ENDPOINTS.map((endpoint) => `${endpoint.method} ${endpoint.path}`).toSorted(),
    );
  });

  test('has a component for each reference', () => {
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/gu)];
    const { schemas } = z
      .object({ schemas: z.record(z.string(), z.unknown()) })
      .parse(document['components']);

    expect(references.length).toBeGreaterThan(20);
    for (const [, id = ''] of references) expect(schemas).toHaveProperty(id);
    expect(text).not.toContain('#/$defs/');
  });

  test('describes every member of every component', () => {
    const { schemas } = z
      .object({ schemas: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(document['components']);

    expect(Object.entries(schemas).flatMap(([id, schema]) => undescribed(id, schema))).toEqual([]);
  });

  test.each(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint] as const))(
    'shows for %s a body and an answer that the contract takes',
    (_name, { method, path, bodyKind, body, status, response }) => {
      const operation = Paths.parse(document['paths'])[path]?.[method.toLowerCase()];
      const sent = Object.values(operation?.requestBody?.content ?? {})[0]?.example;
      const answer = Object.values(operation?.responses[status]?.content ?? {})[0]?.example;

      if (bodyKind === 'json') expect(body.safeParse(sent).error?.issues ?? []).toEqual([]);
      expect(response.safeParse(answer).error?.issues ?? []).toEqual([]);
      expect(bodyKind === 'json' && sent === undefined).toBe(false);
      expect(status !== 204 && answer === undefined).toBe(false);
    },
  );

  test('puts a given schema in place of one of the contract', () => {
    const replaced = buildOpenApi(ENDPOINTS, {
      version: '0.0.0',
      replace: {
        ConnectionOptions: z.object({ log_missed: z.boolean() }).meta({ description: 'Rules.' }),
      },
    });

    expect(JSON.stringify(replaced)).toContain('log_missed');
  });
});

const Content = z
  .object({ content: z.record(z.string(), z.object({ example: z.unknown().optional() })) })
  .partial();
const Paths = z.record(
  z.string(),
  z.record(
    z.string(),
    z.object({ requestBody: Content.optional(), responses: z.record(z.string(), Content) }),
  ),
);

type Node = Readonly<Record<string, unknown>>;

/** Members of objects without a description, unless they are a reference, whose component has one. */
function undescribed(path: string, schema: Node): readonly string[] {
  const members = isNode(schema['properties']) ? Object.entries(schema['properties']) : [];
  const own = members.flatMap(([name, member]) => {
    if (!isNode(member)) return [];
    const found = undescribed(`${path}.${name}`, member);
    const text = JSON.stringify(member);
    return text.includes('"description"') || text.includes('"$ref"')
      ? found
      : [`${path}.${name}`, ...found];
  });
  const items = schema['items'];
  return isNode(items) ? [...own, ...undescribed(`${path}[]`, items)] : own;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
