import { AppError } from '../errors/app-error.ts';
import type { OrganizationScope } from '../organizations/scope.ts';
import { againOnConflict } from '../store/again-on-conflict.ts';
import { createIntegration, createIntegrationVersion } from './integrations.ts';
import type { IntegrationDeps, Publication } from './integrations.ts';
import { findOwnIntegration } from './integrations-repository.ts';
import type { IntegrationVersion } from './integrations-repository.ts';

/**
 * Publishes a document under its own `id`: as a new integration, or as the next version of the
 * organization's own one; the same text again changes nothing. Rejects with `document_invalid`, and
 * with `conflict` when the document's `id` is another one.
 */
export async function putIntegration(
  deps: IntegrationDeps,
  scope: OrganizationScope,
  put: Publication & {
    readonly documentId: string;
    /** Called with the newest version before anything changes; what it throws ends the change. */
    readonly allow: (newest: IntegrationVersion | undefined) => void;
  },
): Promise<{ readonly row: IntegrationVersion; readonly created: boolean }> {
  const { documentId, document, actor, allow } = put;
  const compiled = deps.compile(document);
  if (compiled.id !== documentId) {
    throw new AppError(
      'conflict',
      `The document's id is '${compiled.id}', the path says '${documentId}'.`,
    );
  }
  return await againOnConflict(async () => {
    const known = await findOwnIntegration(deps.database.read, scope, documentId);
    if (known !== undefined) {
      const publication = { integrationId: known.id, document, actor, allow };
      return { row: await createIntegrationVersion(deps, scope, publication), created: false };
    }
    allow(undefined);
    return { row: await createIntegration(deps, scope, { document, actor }), created: true };
  });
}
