import type { Vault } from '../../connections/vault.ts';
import type { BookScope } from './contact-index.ts';
import type { SyncMethod } from './sync-store.ts';

/** What of a sync is sealed: addresses of next pages may hold secrets. */
export interface SyncSeal {
  seal(of: SealPlace, text: string): string;
  /** Undefined where the key is gone: the sync then begins anew. */
  open(of: SealPlace, sealed: string | undefined): string | undefined;
}

export interface SealPlace extends BookScope {
  readonly method: SyncMethod;
  readonly what: 'place' | 'marks';
}

/** Seals texts of the sync into one text each: the id of the key, nonce and ciphertext as Base64url. */
export function createSyncSeal(vault: Vault): SyncSeal {
  const fieldOf = ({ organizationId, connectionId, method, what }: SealPlace) => ({
    ...{ organizationId, connectionId },
    field: `sync of ${method}: ${what}`,
  });
  return {
    seal: (of, text) => {
      const { keyId, nonce, sealed } = vault.seal(fieldOf(of), text);
      const parts = [Buffer.from(keyId), nonce, sealed];
      return parts.map((part) => Buffer.from(part).toString('base64url')).join('.');
    },
    open: (of, text) => {
      if (text === undefined) return undefined;
      const [keyId, nonce, sealed] = text.split('.').map((part) => Buffer.from(part, 'base64url'));
      if (keyId === undefined || nonce === undefined || sealed === undefined) return undefined;
      try {
        return vault.open(fieldOf(of), { keyId: keyId.toString('utf8'), nonce, sealed });
      } catch {
        // Keys rotate, and this is a copy of what the CRM has: it is read anew.
        return undefined;
      }
    },
  };
}
