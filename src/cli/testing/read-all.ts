import { ENDPOINTS } from '../../contract/endpoints.ts';
import { textAt, valueAt } from '../../server/testing/test-server.ts';
import type { CanaryStage } from './canary-stage.ts';

/** Each route that reads, with the ids that there are. */
export async function readAll(
  stage: CanaryStage,
  of: Readonly<Record<string, string>>,
): Promise<void> {
  const { ask, send } = stage;
  const call = await send('GET', '/v1/calls', { key: of['key'] ?? '' });
  const integrations = await send('GET', '/v1/integrations', { key: of['key'] ?? '' });
  const ids: Readonly<Record<string, string>> = {
    call_id: textAt(call.body, 'items', 0, 'id'),
    integration_id: textAt(integrations.body, 'items', 0, 'id'),
    organization_id: of['organization'] ?? '',
    phone_system_id: of['phone'] ?? '',
    extension_id: of['extension'] ?? '',
    connection_id: of['connection'] ?? '',
  };
  for (const endpoint of ENDPOINTS.filter(({ method }) => method === 'GET')) {
    const path = endpoint.path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => ids[name] ?? 'x');
    const headers = { 'patchcord-organization': of['organization'] ?? '' };
    // A stream that is asked for no time tells what it has, and ends.
    const query = path === '/v1/events' ? '?seconds=0' : '';
    await ask('GET', `${path}${query}`, { key: of['admin'] ?? '', headers });
  }
  for (const row of [0, 1, 2]) {
    const id = valueAt(call.body, 'items', row, 'id');
    await ask('GET', `/v1/calls/${String(id)}`, { key: of['key'] ?? '' });
  }
}
