import { AsyncLocalStorage } from 'node:async_hooks';
import { createHash } from 'node:crypto';

import { canonicalJson } from '../../text/canonical-json.ts';
import type { Vault } from '../../connections/vault.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Database } from '../../store/database.ts';
import type { Handle } from '../../store/handle.ts';
import type { Ids } from '../../text/uuid.ts';
import {
  deleteExpired,
  endRequest,
  findRequest,
  forgetRequest,
  insertRequest,
  keepAnswer,
  markCommitted,
  unmarkCommitted,
  replaceRequest,
} from './idempotency-repository.ts';
import type { IdempotencyRow } from './idempotency-repository.ts';
import { openRecord, sealRecord } from './sealed-record.ts';
import type { KeptAnswer, RequestRecord } from './sealed-record.ts';

/** A request that came with an Idempotency-Key. */
export interface KeyedRequest {
  readonly key: string;
  readonly apiKeyId: string;
  readonly organizationId: string | undefined;
  /** Method and pattern of the path. */
  readonly route: string;
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface Idempotency {
  /**
   * The database for the handlers of routes: each write of a request that runs under a key notes, in
   * its own transaction, that the request has had an effect.
   */
  readonly database: Database;
  /**
   * Carries a request out, or gives the answer of the first one with its key. Rejects with what
   * `carryOut` rejects with, `idempotency_key_reused` for another request with the key,
   * `idempotency_key_in_use` while the first one runs, `idempotency_answer_lost` when it had its
   * effect and no answer of it is kept.
   */
  run(
    request: KeyedRequest,
    carryOut: () => Promise<KeptAnswer>,
  ): Promise<{ readonly answer: KeptAnswer; readonly replayed: boolean }>;
  /**
   * Takes back that the request under way has had an effect, because there was none: the CRM refused
   * it for certain. It may come again with its key.
   */
  withoutEffect(): Promise<void>;
  /** Removes requests whose time is over, one slice per run. */
  sweep(): Promise<void>;
}

export interface IdempotencyDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly ids: Ids;
}

/** An answer is repeated this long: what Stripe promises, and a night with room. */
export const KEPT_MS = 24 * 60 * 60 * 1_000;
/** Without an effect for this long, a first request is given up: its process may have ended. */
export const LOCK_MS = 60_000;
/** Rows of one statement: a slice that the writer does not feel. */
const SLICE = 500;

type Claim = Pick<IdempotencyRow, 'id' | 'token'>;

/**
 * Makes POST safe to repeat. The row of a request is committed before it runs; its effect is noted
 * in the effect's own transaction, under a token that a later try takes over; its answer is kept
 * after that. So a request is never carried out twice: where the process ends between effect and
 * answer, the repeat is told so.
 */
export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  const { database } = deps;
  const running = new AsyncLocalStorage<Claim>();
  return {
    database: {
      ...database,
      now: () => database.now(),
      close: () => database.close(),
      write: (job) => {
        const claim = running.getStore();
        if (claim === undefined) return database.write(job);
        return database.write(async (transaction) => {
          // Its row is locked by this until the commit, so nobody takes over in between.
          if (!(await markCommitted(transaction, claim))) throw inUse();
          return await job(transaction);
        });
      },
    },
    run: async (request, carryOut) => {
      const id = idOf(request);
      const fingerprint = fingerprintOf(request);
      const begun = await begin(deps, { request, id, fingerprint });
      if (begun.status === 'answered') return { answer: begun.answer, replayed: true };
      const { claim } = begun;
      try {
        const answer = await running.run(claim, carryOut);
        await keep(deps, claim, { fingerprint, answer });
        return { answer, replayed: false };
      } catch (err) {
        // What had an effect stays as it is, so that nothing is done twice.
        const now = database.now();
        await database
          .write(async (transaction) => {
            await forgetRequest(transaction, claim);
            await endRequest(transaction, { ...claim, now });
          })
          .catch(ignore);
        throw err;
      }
    },
    withoutEffect: async () => {
      const claim = running.getStore();
      if (claim === undefined) return;
      await database.write((transaction) => unmarkCommitted(transaction, claim));
    },
    sweep: async () => {
      await database.write((transaction) =>
        deleteExpired(transaction, { now: database.now(), limit: SLICE }),
      );
    },
  };
}

type Begun =
  | { readonly status: 'begun'; readonly claim: Claim }
  | { readonly status: 'answered'; readonly answer: KeptAnswer };

async function begin(
  deps: IdempotencyDeps,
  work: { request: KeyedRequest; id: string; fingerprint: string },
): Promise<Begun> {
  const { database, vault, ids } = deps;
  const { request, id, fingerprint } = work;
  const now = database.now();
  const row: IdempotencyRow = {
    id,
    api_key_id: request.apiKeyId,
    organization_id: request.organizationId ?? null,
    route: request.route,
    state: 'in_progress',
    token: ids.next(),
    locked_until: now + LOCK_MS,
    ...sealRecord(vault, id, { fingerprint }),
    created_at: now,
    expires_at: now + KEPT_MS,
  };
  return await database.write(async (transaction) => {
    const claim = { id, token: row.token };
    if (await insertRequest(transaction, row)) return { status: 'begun', claim };
    const before = await findRequest(transaction, id);
    if (before === undefined) throw inUse();
    if (before.expires_at <= now) return await takeOver(transaction, { row, before });
    const record = openRecord(vault, before);
    if (record !== undefined && record.fingerprint !== fingerprint) throw reused();
    return await judge(transaction, { row, before, record, now });
  });
}

/** What becomes of the repeat of a request that is known. */
async function judge(
  transaction: Handle,
  of: {
    row: IdempotencyRow;
    before: IdempotencyRow;
    record: RequestRecord | undefined;
    now: number;
  },
): Promise<Begun> {
  const { row, before, record, now } = of;
  switch (before.state) {
    case 'done':
      if (record?.answer === undefined) throw lost();
      return { status: 'answered', answer: record.answer };
    case 'committed':
      // Its process may be about to keep the answer.
      throw before.locked_until > now ? inUse() : lost();
    case 'in_progress':
      if (before.locked_until > now) throw inUse();
      return await takeOver(transaction, { row, before });
  }
}

async function takeOver(
  transaction: Handle,
  { row, before }: { row: IdempotencyRow; before: IdempotencyRow },
): Promise<Begun> {
  if (!(await replaceRequest(transaction, row, before))) throw inUse();
  return { status: 'begun', claim: { id: row.id, token: row.token } };
}

async function keep(
  { database, vault }: IdempotencyDeps,
  claim: Claim,
  record: RequestRecord,
): Promise<void> {
  const sealed = sealRecord(vault, claim.id, record);
  // The client has its answer all the same; only a repeat will be told that it was lost.
  await database
    .write((transaction) => keepAnswer(transaction, { ...claim, ...sealed }))
    .catch(ignore);
}

/** One key of one API key in one organization: a digest, so that no row tells a key. */
function idOf({ apiKeyId, organizationId, key }: KeyedRequest): string {
  return digest(JSON.stringify([apiKeyId, organizationId ?? null, key]));
}

function fingerprintOf({ route, params, query, body }: KeyedRequest): string {
  return digest(canonicalJson([route, params, query, body ?? null]));
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function inUse(): AppError {
  return new AppError(
    'idempotency_key_in_use',
    'The first request with this `Idempotency-Key` is still running: send the same one again in a moment.',
  );
}

function lost(): AppError {
  return new AppError(
    'idempotency_answer_lost',
    'The first request with this `Idempotency-Key` was carried out, and its answer was lost, or erased with the person it told of: read the list to see what it made.',
  );
}

function reused(): AppError {
  return new AppError(
    'idempotency_key_reused',
    'This `Idempotency-Key` came before with another request: send a new key with a new request.',
  );
}

function ignore(): void {}
