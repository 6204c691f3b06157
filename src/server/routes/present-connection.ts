import type * as z from 'zod';

import type { ConnectionView } from '../../connections/connection-view.ts';
import type { Connection } from '../../contract/connections.ts';
import type { Answer } from '../route.ts';
import { reasonOf } from '../state-reason.ts';
import { iso } from './present.ts';

type ConnectionBody = z.input<typeof Connection>;

/** A connection as an answer; its revision is in the ETag. */
export function answerConnection(view: ConnectionView): Answer<ConnectionBody> {
  return { body: presentConnection(view), revision: view.row.revision };
}

/** A connection as the API shows it: without its secrets. */
export function presentConnection({
  row,
  properties,
  secretsSet,
  options,
  origins,
}: ConnectionView): ConnectionBody {
  return {
    id: row.id,
    external_id: row.external_id,
    name: row.name,
    integration_id: row.integration_id,
    integration_version: row.integration_number,
    state: row.state,
    state_reason: reasonOf(row),
    properties: Object.fromEntries(properties),
    secrets_set: [...secretsSet],
    options: { ...options },
    origins: [...origins],
    revision: row.revision,
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
  };
}
