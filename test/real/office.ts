import * as z from 'zod';

import { apiClient, type ApiClient } from './api-client.ts';

const Created = z.object({ id: z.string() });
const CreatedKey = z.object({ key: z.string() });
const Suggestions = z.object({
  items: z.array(
    z.object({
      extension_id: z.string(),
      crm_user_id: z.string(),
      crm_user_name: z.string().nullable(),
    }),
  ),
});

export interface Office {
  /** With the key of the organization: what an administrator does. */
  readonly administrator: ApiClient;
  readonly organizationKey: string;
  /** Key of the phone system: what it may do is report calls. */
  readonly eventsKey: string;
  readonly connectionId: string;
}

export interface OfficePlan {
  /** The text of the integration document. */
  readonly document: string;
  readonly properties: Readonly<Record<string, string>>;
  /** E-mail address by which the CRM knows the person at extension 201. */
  readonly email: string;
  /** Done before the extension is linked: a CRM tells its users to somebody who is signed in. */
  readonly signIn?: ((administrator: ApiClient, connectionId: string) => Promise<void>) | undefined;
  /** Options of the connection. */
  readonly connection?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Does over HTTP what an administrator does: organization, phone system, extension 201 (Bob),
 * integration, connection, link of the extension with the user that the CRM suggests.
 */
export async function openOffice(
  origin: string,
  adminKey: string,
  plan: OfficePlan,
): Promise<Office> {
  const operator = apiClient(origin, adminKey);
  const name = `Office ${crypto.randomUUID()}`;
  const organization = Created.parse(await operator.post('/v1/organizations', { name }));
  const key = await operator.post(
    `/v1/keys`,
    { name: 'Administrator', scope: 'organization' },
    { 'patchcord-organization': organization.id },
  );
  const organizationKey = CreatedKey.parse(key).key;
  const administrator = apiClient(origin, organizationKey);
  const phoneSystem = Created.parse(await administrator.post('/v1/phone-systems', { name: 'PBX' }));
  const events = await administrator.post('/v1/keys', {
    name: 'PBX',
    scope: 'events',
    phone_system_id: phoneSystem.id,
  });
  await administrator.post('/v1/extensions', {
    number: '201',
    name: 'Bob Agent',
    email: plan.email,
  });
  const integration = Created.parse(
    await administrator.post('/v1/integrations', { document: plan.document }),
  );
  const connection = Created.parse(
    await administrator.post('/v1/connections', {
      integration_id: integration.id,
      properties: plan.properties,
      options: { country: 'GB', ...plan.connection },
    }),
  );
  await plan.signIn?.(administrator, connection.id);
  await linkUsers(administrator, connection.id);
  return {
    administrator,
    organizationKey,
    eventsKey: CreatedKey.parse(events).key,
    connectionId: connection.id,
  };
}

async function linkUsers(administrator: ApiClient, connectionId: string): Promise<void> {
  const path = `/v1/connections/${connectionId}`;
  const { items } = Suggestions.parse(await administrator.get(`${path}/user-link-suggestions`));
  for (const item of items) {
    const { extension_id: extension, crm_user_id, crm_user_name } = item;
    await administrator.put(`${path}/user-links/${extension}`, { crm_user_id, crm_user_name });
  }
}
