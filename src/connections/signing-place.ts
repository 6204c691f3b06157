import type { SecretPlace } from './vault.ts';

/** Where a signing secret is sealed for: a phone system, of an organization or (empty) the operator. */
export function signingPlace(of: {
  readonly organizationId: string;
  readonly phoneSystemId: string;
  readonly id: string;
}): SecretPlace {
  return {
    organizationId: of.organizationId,
    connectionId: of.phoneSystemId,
    field: `signing secret ${of.id}`,
  };
}
