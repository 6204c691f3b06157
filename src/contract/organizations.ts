import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { country, idOf, moment, pageOf, timezone } from './parts.ts';
import { CREATE, LIST, READ } from './shapes.ts';

const name = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .meta({ description: 'Name for people.', examples: ['Acme Ltd'] });
const domain = z
  .string()
  .trim()
  .min(1)
  .max(253)
  .meta({
    description: 'The organization as its phone system calls it (`domain` of a call event).',
    examples: ['acme'],
  });

export const Organization = z
  .object({
    id: idOf('organization'),
    name,
    domain: domain.nullable(),
    country,
    timezone,
    created_at: moment('When it was created.'),
  })
  .meta({
    id: 'Organization',
    description: 'A customer of the operator; everything belongs to one.',
  });

export const listOrganizations = defineEndpoint({
  ...LIST,
  name: 'listOrganizations',
  resource: 'organizations',
  path: '/v1/organizations',
  summary: 'List the organizations',
  scopes: ['admin'],
  within: 'server',
  response: pageOf(Organization),
});

export const createOrganization = defineEndpoint({
  ...CREATE,
  name: 'createOrganization',
  resource: 'organizations',
  path: '/v1/organizations',
  summary: 'Create an organization',
  scopes: ['admin'],
  within: 'server',
  body: z.strictObject({
    name,
    domain: domain.optional(),
    country: country.default('US'),
    timezone: timezone.default('UTC'),
  }),
  response: Organization,
  problems: ['conflict'],
});

export const getOrganization = defineEndpoint({
  ...READ,
  name: 'getOrganization',
  resource: 'organizations',
  path: '/v1/organizations/{organization_id}',
  summary: 'Read an organization',
  description: 'A key of an organization reads its own; any other id is not found.',
  scopes: ['admin', 'organization'],
  within: 'server',
  params: z.object({ organization_id: idOf('organization') }),
  response: Organization,
});
