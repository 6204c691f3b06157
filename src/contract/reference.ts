import { CATALOGUE } from '../errors/catalogue.ts';
import type { Endpoint } from './endpoint.ts';
import { createSchemas } from './json-schemas.ts';
import type { Schema } from './json-schemas.ts';
import { buildOpenApi, problemsOf } from './openapi.ts';
import type { OpenApiOptions } from './openapi.ts';
import { INTRODUCTION } from './introduction.ts';
import { keyWords } from './key-words.ts';
import { problemCodes } from './problem.ts';
import { requestHeadersOf } from './request-headers.ts';

/** The reference page of the HTTP API in Markdown, made from the same data as the server. */
export function apiReference(endpoints: readonly Endpoint[], options: OpenApiOptions): string {
  const resources = [...new Set(endpoints.map((endpoint) => endpoint.resource))];
  return [
    `# HTTP API\n\n${INTRODUCTION}`,
    contents(resources, endpoints),
    ...resources.map((resource) =>
      [
        `## ${capital(resource)}`,
        ...endpoints
          .filter((endpoint) => endpoint.resource === resource)
          .map((endpoint) => section(endpoint, options)),
      ].join('\n\n'),
    ),
    objects(endpoints, options),
    problems(),
    '',
  ].join('\n\n');
}

function contents(resources: readonly string[], endpoints: readonly Endpoint[]): string {
  const rows = resources.flatMap((resource) =>
    endpoints
      .filter((endpoint) => endpoint.resource === resource)
      .map((endpoint) => `| \`${endpoint.method} ${endpoint.path}\` | ${endpoint.summary} |`),
  );
  return ['| route | what it does |', '| --- | --- |', ...rows].join('\n');
}

function section(endpoint: Endpoint, options: OpenApiOptions): string {
  const schemas = createSchemas(options.replace ?? {});
  const lines = [
    `### ${endpoint.method} ${endpoint.path}`,
    `${endpoint.summary}.`.replace('?.', '?'),
  ];
  if (endpoint.description !== undefined) lines.push(endpoint.description);
  lines.push(keyWords(endpoint));
  const members = [
    ...Object.entries(endpoint.params.shape).map(
      ([name, schema]) => ['path', name, schema] as const,
    ),
    ...Object.entries(endpoint.query.shape).map(
      ([name, schema]) => ['query', name, schema] as const,
    ),
  ].map(([place, name, schema]) => `| ${place} | \`${name}\` | ${brief(schemas.of(schema))} |`);
  for (const { name, required, description } of requestHeadersOf(endpoint)) {
    members.push(`| header | \`${name}\` | ${required ? 'Required. ' : ''}${description} |`);
  }
  if (members.length > 0)
    lines.push(['| in | name | |', '| --- | --- | --- |', ...members].join('\n'));
  if (endpoint.bodyKind === 'json') lines.push(`Body: ${shape(schemas.of(endpoint.body))}`);
  if (endpoint.bodyKind === 'stream') lines.push('Body: the bytes of the file.');
  const answer = endpoint.status === 204 ? 'nothing' : shape(schemas.of(endpoint.response));
  const codes = problemsOf(endpoint).map(code).join(', ');
  lines.push(`Answer ${String(endpoint.status)}: ${answer}`, `Problems: ${codes}.`);
  return lines.join('\n\n');
}

function objects(endpoints: readonly Endpoint[], options: OpenApiOptions): string {
  const document = buildOpenApi(endpoints, options);
  const schemas = member(member(document, 'components'), 'schemas');
  const sections = Object.entries(schemas).map(([id, schema]) => {
    if (!isSchema(schema)) return `### ${id}`;
    const { description } = schema;
    const words = typeof description === 'string' ? description : '';
    return `### ${id}\n\n${words}\n\n${table(schema)}`.trimEnd();
  });
  return ['## Objects', ...sections].join('\n\n');
}

function problems(): string {
  const rows = problemCodes().map((name) => {
    const row = CATALOGUE[name];
    return `| ${String(row.status)} | \`${name}\` | ${row.meaning} | ${row.remedy} |`;
  });
  return [
    '## Problems',
    ['| status | code | meaning | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

/** A body: the object by name, or its members as a table. */
function shape(schema: Schema): string {
  const reference = referenceOf(schema);
  if (reference !== undefined) return reference;
  const rows = table(schema);
  return rows === '' ? `${tell(schema)}` : `an object\n\n${rows}`;
}

function table(schema: Schema): string {
  const rows = rowsOf(schema, '');
  return rows.length === 0
    ? ''
    : ['| member | type | |', '| --- | --- | --- |', ...rows].join('\n');
}

/** A row for each member, those of objects inside below: `logo.state`, `properties[].label`. */
function rowsOf(schema: Schema, before: string): readonly string[] {
  const properties = member(schema, 'properties');
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return Object.entries(properties).flatMap(([name, value]): readonly string[] => {
    if (!isSchema(value)) return [];
    const path = `${before}${name}`;
    const optional = required.includes(name) ? '' : ', optional';
    const row = `| \`${path}\` | ${kind(value)}${optional} | ${tell(value)} |`;
    return [row, ...insideOf(value, path).flatMap(([inner, at]) => rowsOf(inner, `${at}.`))];
  });
}

/** The objects without a name of their own that a member is, is a list of, or may be. */
function insideOf(schema: Schema, path: string): readonly (readonly [Schema, string])[] {
  const choices = Array.isArray(schema['anyOf']) ? schema['anyOf'].filter(isSchema) : [schema];
  return choices.flatMap((choice): readonly (readonly [Schema, string])[] =>
    isSchema(choice['items']) ? insideOf(choice['items'], `${path}[]`) : [[choice, path]],
  );
}

function kind(schema: Schema): string {
  const reference = referenceOf(schema);
  if (reference !== undefined) return reference;
  const { type, items } = schema;
  if (Array.isArray(schema['anyOf']))
    return schema['anyOf'].filter(isSchema).map(kind).join(' or ');
  if (Array.isArray(type)) return type.join(' or ');
  if (type === 'array') return `list of ${isSchema(items) ? kind(items) : 'anything'}`;
  return typeof type === 'string' ? type : 'anything';
}

function tell(schema: Schema): string {
  const { description, examples, default: standard, enum: values } = schema;
  const parts = [
    typeof description === 'string' ? description : '',
    Array.isArray(values) ? `One of ${values.map((value) => code(String(value))).join(', ')}.` : '',
    standard === undefined || typeof standard === 'object'
      ? ''
      : `Default: ${code(JSON.stringify(standard))}.`,
    Array.isArray(examples) && typeof examples[0] !== 'object'
      ? `Example: ${code(String(examples[0]))}.`
      : '',
  ];
  return parts
    .filter((part) => part !== '')
    .join(' ')
    .replaceAll('|', '\\|');
}

/** A parameter in a table: by name where it stands among the objects. */
function brief(schema: Schema): string {
  return referenceOf(schema) ?? tell(schema);
}

function referenceOf(schema: Schema): string | undefined {
  const { $ref } = schema;
  if (typeof $ref !== 'string') return undefined;
  const id = $ref.split('/').at(-1) ?? '';
  return `[${id}](#${id.toLowerCase()})`;
}

function member(schema: unknown, name: string): Schema {
  const value = isSchema(schema) ? schema[name] : undefined;
  return isSchema(value) ? value : {};
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function code(text: string): string {
  return `\`${text}\``;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
