import { createHmac } from 'node:crypto';

import { addressPlace } from '../connections/address-place.ts';
import type { Vault } from '../connections/vault.ts';
import type { Handle } from '../store/handle.ts';
import type { CallEvent } from './call-event.ts';
import { defined } from './defined.ts';
import { selectAddresses } from './recording-address-repository.ts';
import type { SealedAddress } from './recording-address-repository.ts';

/** An event as it is kept: names stand for the addresses in it. */
export interface SealedEvent {
  readonly event: CallEvent;
  readonly addresses: readonly SealedAddress[];
}

/** What the names of one call's addresses stand for. */
export interface AddressBook {
  /** `undefined` for a name that is not known, or whose address cannot be opened. */
  find(name: string | undefined): string | undefined;
  readonly all: readonly string[];
}

/** The addresses of recordings: whoever has one often has the recording. */
export interface RecordingAddresses {
  /** Puts names in the place of the addresses of an event, and seals the addresses. */
  seal(organizationId: string, event: CallEvent): SealedEvent;
  /** Opens the addresses of a call. */
  read(
    handle: Handle,
    of: { readonly organizationId: string; readonly callId: string },
  ): Promise<AddressBook>;
}

export interface RecordingAddressesDeps {
  readonly vault: Vault;
  /** 32 bytes that never change: the same address must keep its name. */
  readonly nameKey: Uint8Array;
}

/** Seals and opens the addresses of recordings. */
export function createRecordingAddresses(deps: RecordingAddressesDeps): RecordingAddresses {
  const { vault, nameKey } = deps;
  return {
    seal: (organizationId, event) => {
      const { recording } = event;
      const told = [recording?.url, recording?.pageUrl].filter((one) => one !== undefined);
      if (told.length === 0) return { event, addresses: [] };
      const nameOf = (address: string | undefined): string | undefined =>
        address === undefined ? undefined : addressName(nameKey, organizationId, address);
      const names = defined({ url: nameOf(recording?.url), pageUrl: nameOf(recording?.pageUrl) });
      const addresses = [...new Set(told)].map((address) => {
        const name = addressName(nameKey, organizationId, address);
        return { name, ...vault.seal(addressPlace(organizationId, name), address) };
      });
      return { event: { ...event, recording: { ...recording, ...names } }, addresses };
    },
    read: async (handle, of) => {
      const rows = await selectAddresses(handle, of);
      return addressBook(new Map(rows.flatMap((row) => open(vault, of.organizationId, row))));
    },
  };
}

/** A book of known addresses. What older versions kept is no name, and stands for itself. */
export function addressBook(byName: ReadonlyMap<string, string>): AddressBook {
  return {
    find: (name) =>
      name === undefined ? undefined : (byName.get(name) ?? (isAddress(name) ? name : undefined)),
    all: [...byName.values()],
  };
}

function open(
  vault: Vault,
  organizationId: string,
  row: SealedAddress,
): readonly (readonly [string, string])[] {
  try {
    return [[row.name, vault.open(addressPlace(organizationId, row.name), row)]];
  } catch {
    // Its key is gone or it was changed: `patchcord doctor` tells, and the recording is missed alone.
    return [];
  }
}

/** The same address has the same name within an organization; nobody can guess one from the other. */
function addressName(key: Uint8Array, organizationId: string, address: string): string {
  const digest = createHmac('sha256', key).update(`${organizationId}\n${address}`).digest('hex');
  return `address-${digest.slice(0, 40)}`;
}

function isAddress(name: string): boolean {
  return /^https?:\/\//iu.test(name);
}
