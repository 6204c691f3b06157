import { readFileSync } from 'node:fs';
import * as z from 'zod';

import { apiClient, type ApiClient } from './api-client.ts';
import type { RequestTracker } from './request-tracker-server.ts';

const DOCUMENT = new URL('../../integrations/request-tracker/integration.json', import.meta.url);

const Created = z.object({ id: z.string() });
const CreatedKey = z.object({ key: z.string() });
const Suggestions = z.object({
  items: z.array(z.object({ extension_id: z.string(), crm_user_id: z.string() })),
});

export interface Office {
  /** With the key of the organization: what an administrator does. */
  readonly administrator: ApiClient;
  readonly organizationKey: string;
  /** Key of the phone system: what it may do is report calls. */
  readonly eventsKey: string;
  readonly connectionId: string;
}

/** The document as it is shipped. */
export function shippedDocument(): string {
  return readFileSync(DOCUMENT, 'utf8');
}

/**
 * Does over HTTP what an administrator does: organization, phone system, extension 201 (Bob),
 * integration, connection, link of the extension with the user that the CRM suggests.
 */
export async function setUpOffice(
  origin: string,
  adminKey: string,
  tracker: RequestTracker,
  options: {
    readonly document?: string;
    readonly connection?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<Office> {
  const operator = apiClient(origin, adminKey);
  const name = `Office ${crypto.randomUUID()}`;
  const organization = Created.parse(await operator.post('/v1/organizations', { name }));
  const key = await operator.post(
    `/v1/keys`,
    { name: 'Administrator', scope: 'organization' },
    {
      'patchcord-organization': organization.id,
    },
  );
  const organizationKey = CreatedKey.parse(key).key;
  const administrator = apiClient(origin, organizationKey);
  const phoneSystem = Created.parse(await administrator.post('/v1/phone-systems', { name: 'PBX' }));
  const events = await administrator.post('/v1/keys', {
    name: 'PBX',
    scope: 'events',
    phone_system_id: phoneSystem.id,
  });
  const extension = { number: '201', name: 'Bob Agent', email: 'bob@rt.test' };
  await administrator.post('/v1/extensions', extension);
  const integration = Created.parse(
    await administrator.post('/v1/integrations', {
      document: options.document ?? shippedDocument(),
    }),
  );
  const connection = Created.parse(
    await administrator.post('/v1/connections', {
      integration_id: integration.id,
      properties: {
        'Request Tracker URL': tracker.origin,
        'Auth token': tracker.token,
        Queue: 'General',
        'Agent e-mail domain': '@rt.test',
      },
      options: { country: 'GB', ...options.connection },
    }),
  );
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
    const body = { crm_user_id: item.crm_user_id };
    await administrator.put(`${path}/user-links/${item.extension_id}`, body);
  }
}
