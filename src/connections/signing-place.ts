import type { SecretPlace } from './vault.ts';

/** Where a signing secret is sealed for: a phone system, of an organization or (empty) the operator. */
export function signingPlace(of: {
  readonly organizationId: string;
  readonly phoneSystemId: string;
  readonly id: string;
}): SecretPlace {
  return {
    organizationId: of.organizationId,
    // No id of a connection looks like this: those are UUIDs.
    connectionId: `phone system ${of.phoneSystemId}`,
    field: `signing secret ${of.id}`,
  };
}
