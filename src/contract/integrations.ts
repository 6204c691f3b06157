import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noBody, noParams, noQuery, pageOf, pageQuery } from './parts.ts';
import { Finding } from './problem.ts';

/** Longest document: the largest known ones are under 64 KiB. */
export const MAX_DOCUMENT_LENGTH = 512 * 1024;

const documentText = z
  .string()
  .min(1)
  .max(MAX_DOCUMENT_LENGTH)
  .meta({
    description: 'The integration document as text: line and column of a finding count in it.',
    examples: ['{ "id": "example", "name": "Example CRM", "class": "crm", "API": {} }'],
  });

const DocumentBody = z.strictObject({ document: documentText });

export const Integration = z
  .object({
    id: idOf('integration'),
    document_id: z.string().meta({ description: '`id` of the document.', examples: ['example'] }),
    name: z.string().meta({ description: '`name` of the document.', examples: ['Example CRM'] }),
    version: z
      .number()
      .int()
      .meta({ description: 'Newest version, from 1.', examples: [1] }),
    methods: z
      .array(z.string())
      .meta({ description: 'Methods of the newest version.', examples: [['FindContact']] }),
    properties: z
      .array(
        z.object({
          label: z.string().meta({ description: 'Name of the property.', examples: ['API key'] }),
          type: z.string().meta({ description: 'Type of its value.', examples: ['text'] }),
          secret: z.boolean().meta({ description: 'True: the value is never shown again.' }),
          required: z.boolean().meta({ description: 'True: a connection needs a value.' }),
          help: z.string().optional().meta({ description: 'What to write there.' }),
        }),
      )
      .meta({ description: 'What a connection must be given, in the order of the form.' }),
    logo: z
      .object({
        state: z.enum(['none', 'waiting', 'stored', 'unavailable']).meta({
          description:
            '`none`: the document names no logo. `waiting`: it is being fetched. `stored`: `url` shows it. `unavailable`: it cannot be had, `message` says why.',
        }),
        url: z
          .string()
          .nullable()
          .meta({
            description: "Path of our copy of the picture; an earlier version's while it waits.",
            examples: ['/v1/integrations/01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10/logo'],
          }),
        message: z.string().nullable().meta({ description: 'What went wrong, in words.' }),
      })
      .meta({ description: 'The picture beside the name.' }),
    created_at: moment('When the first version came.'),
    updated_at: moment('When the newest version came.'),
  })
  .meta({ id: 'Integration', description: 'A published document; it has versions.' });

export const IntegrationWithDocument = Integration.extend({
  document: documentText,
  findings: z.array(Finding).meta({ description: 'Warnings and notes on this version.' }),
}).meta({ id: 'IntegrationWithDocument', description: 'An integration with its newest document.' });

const base = {
  resource: 'integrations',
  scopes: ['admin', 'organization'],
  within: 'organization',
  query: noQuery,
} as const;

export const listIntegrations = defineEndpoint({
  ...base,
  name: 'listIntegrations',
  method: 'GET',
  path: '/v1/integrations',
  summary: 'List the integrations',
  params: noParams,
  query: z.strictObject(pageQuery),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: pageOf(Integration),
  problems: [],
});

export const createIntegration = defineEndpoint({
  ...base,
  name: 'createIntegration',
  method: 'POST',
  path: '/v1/integrations',
  summary: 'Publish a document',
  description: 'A document with errors is refused with all its findings.',
  params: noParams,
  body: DocumentBody,
  bodyKind: 'json',
  status: 201,
  response: IntegrationWithDocument,
  etag: 'read',
  problems: ['conflict', 'document_invalid', 'payload_too_large'],
});

export const putIntegration = defineEndpoint({
  ...base,
  name: 'putIntegration',
  method: 'PUT',
  path: '/v1/integrations/document/{document_id}',
  summary: 'Publish a document by its own id',
  description:
    "As version 1 of a new integration, or as the next version of the organization's own one. The same text again changes nothing. Connections stay at their version until they are moved.",
  params: z.object({
    document_id: z
      .string()
      .min(1)
      .max(200)
      .meta({ description: '`id` of the document.', examples: ['example'] }),
  }),
  body: DocumentBody,
  bodyKind: 'json',
  status: 200,
  creates: true,
  etag: 'optional',
  response: IntegrationWithDocument,
  problems: ['conflict', 'document_invalid', 'payload_too_large', 'precondition_failed'],
});

export const lintIntegration = defineEndpoint({
  ...base,
  name: 'lintIntegration',
  method: 'POST',
  path: '/v1/integrations/lint',
  summary: 'Lint a document without publishing it',
  repeatable: true,
  params: noParams,
  body: DocumentBody,
  bodyKind: 'json',
  status: 200,
  response: z.object({
    ok: z.boolean().meta({ description: 'True when nothing is an error.' }),
    findings: z.array(Finding).meta({ description: 'Every finding, in the order of the text.' }),
  }),
  problems: ['payload_too_large'],
});

export const getIntegration = defineEndpoint({
  ...base,
  name: 'getIntegration',
  method: 'GET',
  path: '/v1/integrations/{integration_id}',
  summary: 'Read an integration with its newest document',
  params: z.object({ integration_id: idOf('integration') }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: IntegrationWithDocument,
  etag: 'read',
  problems: ['not_found'],
});

export const createIntegrationVersion = defineEndpoint({
  ...base,
  name: 'createIntegrationVersion',
  method: 'POST',
  path: '/v1/integrations/{integration_id}/versions',
  summary: 'Publish a new version',
  description:
    'The `id` of the document must stay. Connections stay at their version until they are moved with `PATCH /v1/connections/{connection_id}`.',
  params: z.object({ integration_id: idOf('integration') }),
  body: DocumentBody,
  bodyKind: 'json',
  status: 201,
  response: IntegrationWithDocument,
  etag: 'optional',
  problems: [
    ...(['conflict', 'document_invalid', 'not_found', 'payload_too_large'] as const),
    'precondition_failed',
  ],
});

export const getIntegrationLogo = defineEndpoint({
  ...base,
  name: 'getIntegrationLogo',
  method: 'GET',
  path: '/v1/integrations/{integration_id}/logo',
  summary: 'Show the logo of an integration',
  description:
    'Our own copy of the picture that the document names: PNG, JPEG, WebP or GIF, as `Content-Type` says. The ETag is its SHA-256.',
  params: z.object({ integration_id: idOf('integration') }),
  body: noBody,
  bodyKind: 'none',
  status: 200,
  response: z.unknown().meta({ description: 'The picture.', type: 'string', format: 'binary' }),
  responseType: 'application/octet-stream',
  problems: ['not_found'],
});
