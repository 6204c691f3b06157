import { createHash } from 'node:crypto';

import { z } from 'zod';

import type { Vault } from '../../connections/vault.ts';
import { AppError } from '../../errors/app-error.ts';
import { ADMIN } from '../../organizations/scope.ts';
import {
  selectSigningSecrets,
  touchSigningSecret,
} from '../../organizations/signing-secrets-repository.ts';
import type { SigningSecretRow } from '../../organizations/signing-secrets-repository.ts';
import type { Database } from '../../store/database.ts';
import type { EventResult } from '../intake.ts';
import type { EventSource } from '../route-events.ts';
import { findSignedMessage, putSignedMessage } from './signed-messages-repository.ts';
import type { SignedMessageRow } from './signed-messages-repository.ts';
import { openSigningSecret } from './signing-secrets.ts';
import { verifySignature } from './verify-signature.ts';
import type { SignatureHeaders } from './verify-signature.ts';

/** What a request brings along to prove who sent it, beside its key. */
export interface Proof {
  readonly headers: SignatureHeaders;
  /** The body as it came; needed where there is a signature. */
  readonly raw: Uint8Array | undefined;
  /** True where the phone system must sign. */
  readonly required: boolean;
}

export interface SignedIntake {
  /**
   * Takes events in by `take`, once their signature has been judged, if they have one. An event of a
   * message that was taken in before is repeated, and never reaches `take` again. Rejects with
   * `invalid_signature`, and with `message_id_reused` for another body under a known id.
   */
  accept<E>(
    from: { readonly source: EventSource; readonly proof: Proof; readonly events: readonly E[] },
    take: (events: readonly E[]) => Promise<readonly EventResult[]>,
  ): Promise<readonly EventResult[]>;
}

/** How long a message is known: its timestamp lets it in for five minutes only. */
export const MESSAGE_KEPT_MS = 24 * 60 * 60 * 1_000;
/** The last use is written at most this often per secret: it is for people, not for accounts. */
const TOUCH_EVERY_MS = 5 * 60 * 1_000;

const CallIds = z.array(z.string().nullable());

/** Makes the gate before the intake, for phone systems that sign what they send. */
export function createSignedIntake(deps: {
  readonly database: Database;
  readonly vault: Vault;
}): SignedIntake {
  const { database } = deps;
  return {
    accept: async ({ source, proof, events }, take) => {
      const messageId = await judge(deps, source, proof);
      if (messageId === undefined) return await take(events);
      const digest = digestOf(proof.raw);
      const key = { phone_system_id: source.phoneSystemId, message_id: messageId };
      const known = knownMessage(await findSignedMessage(database.read, key), database.now());
      if (known !== undefined && known.digest !== digest) throw reused(messageId);
      const before = known === undefined ? [] : CallIds.parse(JSON.parse(known.call_ids));
      const fresh = events.filter((_, at) => !isTaken(before[at]));
      if (fresh.length === 0) return before.flatMap(repeated);
      const taken = (await take(fresh)).values();
      const results = events.flatMap((_, at) => {
        const callId = before[at];
        if (isTaken(callId)) return repeated(callId);
        const { value } = taken.next();
        return value === undefined ? [] : [value];
      });
      await database.write((transaction) =>
        putSignedMessage(transaction, {
          ...key,
          organization_id: source.organizationId ?? null,
          digest,
          call_ids: JSON.stringify(results.map(({ callId }) => callId)),
          received_at: database.now(),
        }),
      );
      return results;
    },
  };
}

/** The id of a message whose signature is right; undefined for a request that needs none and has none. */
async function judge(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  source: EventSource,
  { headers, raw, required }: Proof,
): Promise<string | undefined> {
  if (!required && headers.signature === undefined) return undefined;
  const { organizationId, phoneSystemId } = source;
  const scope = organizationId === undefined ? ADMIN : { organizationId };
  const rows = await selectSigningSecrets(database.read, scope, phoneSystemId);
  // Some sign whatever they send; without a secret nobody here can know.
  if (!required && rows.length === 0) return undefined;
  const verdict = verifySignature({
    headers,
    body: raw ?? new Uint8Array(),
    secrets: rows.map((row) => openSigningSecret(vault, row)),
    now: database.now(),
  });
  if (!verdict.ok) throw new AppError('invalid_signature', verdict.message);
  noteUse(database, rows[verdict.secret]);
  return verdict.messageId;
}

function noteUse(database: Database, row: SigningSecretRow | undefined): void {
  const now = database.now();
  if (row === undefined) return;
  if (row.last_used_at !== null && now - row.last_used_at < TOUCH_EVERY_MS) return;
  database
    .write((transaction) => touchSigningSecret(transaction, row.id, now))
    .catch(() => {
      // The request itself goes on: it will say so if the database cannot be written.
    });
}

/** A message whose day is over may still have its row. */
function knownMessage(
  row: SignedMessageRow | undefined,
  now: number,
): SignedMessageRow | undefined {
  return row === undefined || row.received_at < now - MESSAGE_KEPT_MS ? undefined : row;
}

function isTaken(callId: string | null | undefined): callId is string {
  return callId !== null && callId !== undefined;
}

function repeated(callId: string | null): readonly EventResult[] {
  return callId === null ? [] : [{ status: 'repeated', callId, notes: [] }];
}

function digestOf(raw: Uint8Array | undefined): string {
  return createHash('sha256')
    .update(raw ?? '')
    .digest('hex');
}

function reused(id: string): AppError {
  return new AppError(
    'message_id_reused',
    `A message with the \`webhook-id\` '${id}' came before with another body: give each message an id of its own, and send the very same body when you try again.`,
  );
}
