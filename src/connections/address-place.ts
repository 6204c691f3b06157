import type { SecretPlace } from './vault.ts';

/** Where the address of a recording is sealed for: an organization, and the name of the address. */
export function addressPlace(organizationId: string, name: string): SecretPlace {
  // No id of a connection looks like this: those are UUIDs.
  return { organizationId, connectionId: 'recordings', field: name };
}
