import { readFileSync } from 'node:fs';

import { openOffice, type Office, type OfficePlan } from './office.ts';
import type { RequestTracker } from './request-tracker-server.ts';

const DOCUMENT = new URL('../../integrations/request-tracker/integration.json', import.meta.url);

/** The document as it is shipped. */
export function shippedDocument(): string {
  return readFileSync(DOCUMENT, 'utf8');
}

/** Opens an office whose CRM is Request Tracker; Bob at extension 201 is an agent there. */
export async function setUpOffice(
  origin: string,
  adminKey: string,
  tracker: RequestTracker,
  options: Partial<Pick<OfficePlan, 'document' | 'connection'>> = {},
): Promise<Office> {
  return openOffice(origin, adminKey, {
    document: options.document ?? shippedDocument(),
    properties: {
      'Request Tracker URL': tracker.origin,
      'Auth token': tracker.token,
      Queue: 'General',
      'Agent e-mail domain': '@rt.test',
    },
    email: 'bob@rt.test',
    connection: options.connection,
  });
}
