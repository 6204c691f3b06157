import * as z from 'zod';
import { defineEndpoint } from './endpoint.ts';
import { organizationState } from './organization-life.ts';
import { country, externalId, externalPageQuery, idOf, moment, pageOf, timezone } from './parts.ts';
import { CREATE, LIST, PUT_EXTERNAL, READ } from './shapes.ts';

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
    description:
      'The organization as its phone system calls it (`domain` of a call event). No two differ in case only.',
    examples: ['acme'],
  });

export const Organization = z
  .object({
    id: idOf('organization'),
    external_id: externalId.nullable(),
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

export const ListedOrganization = Organization.extend({ state: organizationState }).meta({
  id: 'ListedOrganization',
  description: 'An organization as a row of the list, with whether it works.',
});

const organizationBody = {
  name,
  domain: domain.optional(),
  country: country.default('US'),
  timezone: timezone.default('UTC'),
};

export const listOrganizations = defineEndpoint({
  ...LIST,
  query: z.strictObject(externalPageQuery),
  name: 'listOrganizations',
  resource: 'organizations',
  path: '/v1/organizations',
  summary: 'List the organizations',
  scopes: ['admin'],
  within: 'server',
  response: pageOf(ListedOrganization),
});

export const createOrganization = defineEndpoint({
  ...CREATE,
  name: 'createOrganization',
  resource: 'organizations',
  path: '/v1/organizations',
  summary: 'Create an organization',
  scopes: ['admin'],
  within: 'server',
  body: z.strictObject({ external_id: externalId.optional(), ...organizationBody }),
  response: Organization,
  problems: ['conflict'],
});

export const putOrganization = defineEndpoint({
  ...PUT_EXTERNAL,
  name: 'putOrganization',
  resource: 'organizations',
  path: '/v1/organizations/external/{external_id}',
  summary: 'Make or change an organization by its external id',
  description:
    'It becomes exactly what the body says: absent members take their defaults. The same body again changes nothing.',
  scopes: ['admin'],
  within: 'server',
  body: z.strictObject(organizationBody),
  response: Organization,
  problems: ['conflict', 'precondition_failed'],
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
