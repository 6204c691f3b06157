import * as z from 'zod';

import type { Vault } from '../../connections/vault.ts';
import type { IdempotencyRow } from './idempotency-repository.ts';

const KeptAnswer = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  /** JSON text; undefined for an answer without a body. */
  body: z.string().optional(),
});

const RequestRecord = z.object({
  /** Digest of what was asked for. */
  fingerprint: z.string(),
  answer: KeptAnswer.optional(),
});

/** An answer as it was sent. */
export type KeptAnswer = z.infer<typeof KeptAnswer>;

/** What is kept of a request beside its row. */
export type RequestRecord = z.infer<typeof RequestRecord>;

type SealedPart = Pick<IdempotencyRow, 'key_id' | 'nonce' | 'sealed'>;

/**
 * Seals what is kept of a request: an answer may hold a new key, and a digest of a request with a
 * weak password could be guessed.
 */
export function sealRecord(vault: Vault, id: string, record: RequestRecord): SealedPart {
  const { keyId, nonce, sealed } = vault.seal(placeOf(id), JSON.stringify(record));
  return { key_id: keyId, nonce, sealed };
}

/** Undefined when it was sealed by a key that is gone. */
export function openRecord(
  vault: Vault,
  row: SealedPart & Pick<IdempotencyRow, 'id'>,
): RequestRecord | undefined {
  try {
    const { key_id: keyId, nonce, sealed } = row;
    return RequestRecord.parse(JSON.parse(vault.open(placeOf(row.id), { keyId, nonce, sealed })));
  } catch {
    return undefined;
  }
}

function placeOf(id: string) {
  return { organizationId: '', connectionId: 'idempotency', field: id };
}
