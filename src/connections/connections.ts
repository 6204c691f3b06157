import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import { namedMissing } from '../errors/named-missing.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import type { Ids } from '../text/uuid.ts';
import { parseOptions } from './connection-options.ts';
import { viewConnection } from './connection-view.ts';
import type { ConnectionView, ViewDeps } from './connection-view.ts';
import { insertConnection } from './connections-repository.ts';
import type { NewConnection } from './connections-repository.ts';
import { findIntegration, findIntegrationVersion } from './integrations-repository.ts';
import type { IntegrationVersion } from './integrations-repository.ts';
import { mergeProperties } from './merge-properties.ts';
import type { PropertyChange } from './merge-properties.ts';
import type { CheckUrl } from './property-values.ts';
import { writeTexts } from './stored-json.ts';
import { writeSecrets } from './stored-secrets.ts';
import { HEALTHY } from './transitions.ts';
import type { Vault } from './vault.ts';

export interface ConnectionDeps extends ViewDeps {
  readonly ids: Ids;
  readonly vault: Vault;
  /** The egress door's judgement of an address, without calling it. */
  readonly checkUrl: CheckUrl;
}

export interface ConnectionRequest {
  readonly integrationId: string;
  /** The integration's own name, unless said. */
  readonly name?: string | undefined;
  /** Its id in the system of whoever provisions it. */
  readonly externalId?: string | undefined;
  /** The newest one, unless said. */
  readonly integrationVersion?: number | undefined;
  readonly properties: Readonly<Record<string, string>>;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  readonly actor: Actor;
}

/**
 * Connects a CRM with a version of an integration. Rejects with `not_found` for the integration or
 * its version, `invalid_request` with all problems of properties and options, `conflict` for a
 * name or an external id in use.
 */
export async function createConnection(
  deps: ConnectionDeps,
  scope: OrganizationScope,
  request: ConnectionRequest,
): Promise<ConnectionView> {
  const { database, ids } = deps;
  const { integrationId, integrationVersion: number } = request;
  const integration =
    number === undefined
      ? await findIntegration(database.read, scope, integrationId)
      : await findIntegrationVersion(database.read, scope, { integrationId, number });
  if (integration === undefined) {
    const version = number === undefined ? '' : ` of version ${number}`;
    const path = number === undefined ? '/integration_id' : '/integration_version';
    const sentence = `There is no integration '${integrationId}'${version}.`;
    throw namedMissing({ in: 'body', path }, sentence);
  }
  const change = mergeProperties(
    deps.documents(integration),
    { plain: new Map(), secret: new Map() },
    { given: request.properties, checkUrl: deps.checkUrl },
  );
  const options = request.options ?? {};
  parseOptions(options);
  const row = newRow(deps, { integration, request, change, options });
  return await database.write(async (transaction) => {
    await insertConnection(transaction, scope, row);
    await writeSecrets(transaction, scope, {
      vault: deps.vault,
      connectionId: row.id,
      change,
      now: row.created_at,
    });
    await recordDeed(transaction, scope, {
      ids,
      actor: request.actor,
      action: 'connection.created',
      objectKind: 'connection',
      objectId: row.id,
      details: { name: row.name, integration_id: integration.id, origins: change.origins },
      at: row.created_at,
    });
    return await viewConnection(deps, transaction, { scope, id: row.id });
  });
}

function newRow(
  { database, ids }: ConnectionDeps,
  parts: {
    integration: IntegrationVersion;
    request: ConnectionRequest;
    change: PropertyChange;
    options: Readonly<Record<string, unknown>>;
  },
): NewConnection {
  const now = database.now();
  return {
    id: ids.next(),
    integration_version_id: parts.integration.version_id,
    external_id: parts.request.externalId ?? null,
    name: parts.request.name ?? parts.integration.name,
    properties: writeTexts(parts.change.plain),
    options: JSON.stringify(parts.options),
    state: HEALTHY.state,
    state_reason: HEALTHY.reason,
    state_since: now,
    state_until: HEALTHY.until,
    failures: HEALTHY.failures,
    throttles: HEALTHY.throttles,
    breaks: HEALTHY.breaks,
    revision: 1,
    created_at: now,
    updated_at: now,
  };
}
