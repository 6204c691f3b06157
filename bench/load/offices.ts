import * as z from 'zod';

import { apiClient } from '../../test/real/api-client.ts';
import type { ApiClient } from '../../test/real/api-client.ts';

const Created = z.object({ id: z.string() });
const CreatedKey = z.object({ key: z.string() });
/** Offices that are set up at the same time. */
const AT_ONCE = 8;

/** A customer with a phone system, one extension and one connection. */
export interface BenchOffice {
  readonly eventsKey: string;
  readonly organizationId: string;
  readonly phoneSystemId: string;
  readonly connectionId: string;
  readonly administrator: ApiClient;
}

/** Sets up offices over the API, all with the same document. `concurrency`: requests per connection. */
export async function openOffices(
  server: { readonly origin: string; readonly adminKey: string },
  plan: { readonly document: string; readonly count: number; readonly concurrency: number },
): Promise<readonly BenchOffice[]> {
  const operator = apiClient(server.origin, server.adminKey);
  const offices: BenchOffice[] = [];
  while (offices.length < plan.count) {
    const many = Math.min(AT_ONCE, plan.count - offices.length);
    const opened = Array.from({ length: many }, () => openOffice(server.origin, operator, plan));
    offices.push(...(await Promise.all(opened)));
  }
  return offices;
}

async function openOffice(
  origin: string,
  operator: ApiClient,
  plan: { readonly document: string; readonly concurrency: number },
): Promise<BenchOffice> {
  const name = `Office ${crypto.randomUUID()}`;
  const organization = Created.parse(await operator.post('/v1/organizations', { name }));
  const inside = { 'patchcord-organization': organization.id };
  const key = { name: 'Administrator', scope: 'organization' };
  const created = CreatedKey.parse(await operator.post('/v1/keys', key, inside));
  const administrator = apiClient(origin, created.key);
  const phoneSystem = Created.parse(await administrator.post('/v1/phone-systems', { name: 'PBX' }));
  const events = { name: 'PBX', scope: 'events', phone_system_id: phoneSystem.id };
  const eventsKey = CreatedKey.parse(await administrator.post('/v1/keys', events)).key;
  const extension = Created.parse(
    await administrator.post('/v1/extensions', { number: '201', name: 'Bob Agent' }),
  );
  const integration = Created.parse(
    await administrator.post('/v1/integrations', { document: plan.document }),
  );
  const connection = Created.parse(
    await administrator.post('/v1/connections', {
      integration_id: integration.id,
      properties: { Token: 'bench-token' },
      options: { country: 'GB', concurrency: plan.concurrency },
    }),
  );
  await administrator.put(`/v1/connections/${connection.id}/user-links/${extension.id}`, {
    crm_user_id: 'u1',
    crm_user_name: 'Bob Agent',
  });
  return {
    eventsKey,
    organizationId: organization.id,
    phoneSystemId: phoneSystem.id,
    connectionId: connection.id,
    administrator,
  };
}
