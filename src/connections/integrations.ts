import { createHash } from 'node:crypto';

import { recordDeed } from '../access/audit.ts';
import type { Actor } from '../access/audit.ts';
import type { CompiledDocument } from '../document/compiled-document.ts';
import { AppError } from '../errors/app-error.ts';
import type { AdminScope, OrganizationScope } from '../organizations/scope.ts';
import { againOnConflict } from '../store/again-on-conflict.ts';
import type { Database } from '../store/database.ts';
import type { Ids } from '../text/uuid.ts';
import {
  findIntegration,
  findOwnIntegration,
  insertIntegration,
  insertIntegrationVersion,
} from './integrations-repository.ts';
import type { IntegrationVersion } from './integrations-repository.ts';

export interface IntegrationDeps {
  readonly database: Database;
  readonly ids: Ids;
  /** Throws `document_invalid` for a document with errors. */
  readonly compile: (text: string) => CompiledDocument;
}

export interface Publication {
  /** The document as it was written. */
  readonly document: string;
  readonly actor: Actor;
}

/**
 * Publishes a document as version 1 of a new integration. Rejects with `document_invalid`, and
 * with `conflict` when the organization has an integration of this document's `id`.
 */
export async function createIntegration(
  deps: IntegrationDeps,
  scope: OrganizationScope | AdminScope,
  { document, actor }: Publication,
): Promise<IntegrationVersion> {
  const { database, ids } = deps;
  const compiled = deps.compile(document);
  const now = database.now();
  const integration = {
    id: ids.next(),
    document_id: compiled.id,
    name: compiled.name,
    created_at: now,
  };
  const version = newVersion(deps, { integrationId: integration.id, number: 1, document, now });
  return await database.write(async (transaction) => {
    const known = await findOwnIntegration(transaction, scope, compiled.id);
    if (known !== undefined) {
      throw new AppError(
        'conflict',
        `There is an integration of the document id '${compiled.id}': publish a new version of it.`,
        { details: { integration_id: known.id } },
      );
    }
    await insertIntegration(transaction, scope, integration);
    await insertIntegrationVersion(transaction, scope, version);
    await recordDeed(transaction, scope, {
      ids,
      actor,
      action: 'integration.created',
      objectKind: 'integration',
      objectId: integration.id,
      details: { document_id: compiled.id },
      at: now,
    });
    return present(integration, version, scope);
  });
}

/**
 * Publishes the next version of the organization's own integration; connections stay where they
 * are. The same text again gives the newest version back. Rejects with `document_invalid`,
 * `not_found`, and `conflict` when the document's `id` is another one or the integration is a
 * shipped one.
 */
export async function createIntegrationVersion(
  deps: IntegrationDeps,
  scope: OrganizationScope,
  publication: Publication & {
    readonly integrationId: string;
    /** Called with the newest version before anything changes; what it throws ends the change. */
    readonly allow?: (newest: IntegrationVersion) => void;
  },
): Promise<IntegrationVersion> {
  const { database, ids } = deps;
  const { integrationId, document, actor, allow } = publication;
  const compiled = deps.compile(document);
  const now = database.now();
  return await database.write(async (transaction) => {
    const known = await findIntegration(transaction, scope, integrationId);
    if (known === undefined) {
      throw new AppError('not_found', `There is no integration '${integrationId}'.`);
    }
    if (known.organization_id === null) {
      throw new AppError(
        'conflict',
        'This integration is shipped with Patchcord: publish the document as one of your own.',
      );
    }
    if (known.document_id !== compiled.id) {
      throw new AppError(
        'conflict',
        `The document's id is '${compiled.id}', this integration's is '${known.document_id}'.`,
      );
    }
    allow?.(known);
    if (known.document === document) return known;
    const number = known.number + 1;
    const version = newVersion(deps, { integrationId, number, document, now });
    await insertIntegrationVersion(transaction, scope, version);
    await recordDeed(transaction, scope, {
      ids,
      actor,
      action: 'integration.version_created',
      objectKind: 'integration',
      objectId: integrationId,
      details: { number },
      at: now,
    });
    return present(known, version, scope);
  });
}

/**
 * Makes a document that comes with Patchcord known to all organizations, as a new version when
 * its text changed. Rejects with `document_invalid`.
 */
export async function shipIntegration(
  deps: IntegrationDeps,
  scope: AdminScope,
  document: string,
): Promise<void> {
  const { database } = deps;
  const compiled = deps.compile(document);
  const now = database.now();
  // Nodes that start together all ship it: who comes second finds what the first one wrote.
  await againOnConflict(() =>
    database.write(async (transaction) => {
      const known = await findOwnIntegration(transaction, scope, compiled.id);
      if (known?.document === document) return;
      const integrationId = known?.id ?? deps.ids.next();
      if (known === undefined) {
        await insertIntegration(transaction, scope, {
          id: integrationId,
          document_id: compiled.id,
          name: compiled.name,
          created_at: now,
        });
      }
      const number = (known?.number ?? 0) + 1;
      const version = newVersion(deps, { integrationId, number, document, now });
      await insertIntegrationVersion(transaction, scope, version);
    }),
  );
}

function newVersion(
  { ids }: IntegrationDeps,
  parts: { integrationId: string; number: number; document: string; now: number },
) {
  return {
    id: ids.next(),
    integration_id: parts.integrationId,
    number: parts.number,
    document: parts.document,
    digest: documentDigest(parts.document),
    created_at: parts.now,
  };
}

function present(
  integration: Pick<IntegrationVersion, 'id' | 'document_id' | 'name' | 'created_at'>,
  version: ReturnType<typeof newVersion>,
  scope: OrganizationScope | AdminScope,
): IntegrationVersion {
  return {
    id: integration.id,
    organization_id: 'organizationId' in scope ? scope.organizationId : null,
    document_id: integration.document_id,
    name: integration.name,
    created_at: integration.created_at,
    version_id: version.id,
    number: version.number,
    document: version.document,
    digest: version.digest,
    published_at: version.created_at,
  };
}

/** SHA-256 of a document's text in UTF-8, lower-case hex: the same as a compiled document has. */
export function documentDigest(document: string): string {
  return createHash('sha256').update(document, 'utf8').digest('hex');
}
