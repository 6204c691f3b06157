import { AppError } from '../errors/app-error.ts';
import type { Scope } from '../contract/endpoint.ts';
import type { HeldOrganization } from './principal.ts';

/** Routes that ask a CRM before they answer: of a suspended organization nobody may. */
const ASKS_CRM: ReadonlySet<string> = new Set([
  'identifyCaller',
  'testConnection',
  'listCrmUsers',
  'suggestUserLinks',
  'putUserLink',
  'putExternalUserLink',
  'startSignIn',
  'confirmAccount',
]);

/**
 * Throws `organization_suspended` for what a held organization does not do: while it is suspended
 * its phone systems go on reporting and the operator goes on reading and changing; while it is
 * deleted nobody does anything.
 */
export function refuseHeld(
  hold: HeldOrganization | undefined,
  request: { readonly scope: Scope; readonly endpoint: string },
): void {
  if (hold === undefined) return;
  if (hold.state === 'deleting') {
    throw new AppError('organization_suspended', 'The organization is being deleted.');
  }
  const allowed = request.scope === 'events' || request.scope === 'admin';
  if (allowed && !ASKS_CRM.has(request.endpoint)) return;
  const since = new Date(hold.since).toISOString();
  const why = hold.reason === null ? '' : ` (${hold.reason})`;
  throw new AppError(
    'organization_suspended',
    `The organization is suspended since ${since}${why}: the operator can resume it.`,
  );
}
