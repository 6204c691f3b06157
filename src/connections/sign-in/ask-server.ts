import { AppError } from '../../errors/app-error.ts';
import { aloneFields, refreshFields, signsInAlone } from '../../runtime/sign-in/grant-fields.ts';
import {
  requestSignIn,
  signInContext,
  TOKEN_DEADLINE_MS,
} from '../../runtime/sign-in/request-token.ts';
import type { SignInResult } from '../../runtime/sign-in/request-token.ts';
import type { OpenConnection } from '../open-connection.ts';
import { admitSignIn } from './admit-sign-in.ts';
import { filledConnection } from './connection-grant.ts';
import type { GrantChange } from './change-grant.ts';
import type { Grant } from './grant.ts';
import type { ReadGrant } from './grant-reader.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { contentColumns, contentOf, storeEvent } from './store-grant.ts';
import type { GrantContent } from './stored-grant.ts';
import { tokenTimes } from './token-times.ts';

export interface AskDeps extends SignInDeps {
  /** The process closes: nothing more begins. What is under way ends by its deadline. */
  readonly closing: AbortSignal;
}

type Renewal = 'refresh' | 'sign_in';

interface Question {
  /** As read before the lease was taken: it is the row that was leased. */
  readonly found: ReadGrant;
  /** The row under our lease. */
  readonly begun: Grant;
  readonly renewal: Renewal;
}

/** A new token that cannot be stored may be the only one that is good: so often we try. */
const STORE_TRIES = 30;
const STORE_PAUSE_MS = 1_000;
const SECOND_SLOT_WAIT_MS = 5_000;

/**
 * Asks the server for tokens under a lease, and stores what came of it. True when new tokens are on
 * disk; otherwise the row says what is known.
 */
export async function askServer(
  deps: AskDeps,
  connection: OpenConnection,
  { found, begun, renewal }: Question,
): Promise<boolean> {
  // Who begins anew begins with nothing: what an earlier sign-in filled may be of other settings.
  const content = renewal === 'refresh' ? found.content : undefined;
  let lease = begun;
  // A process that was frozen since it took the lease may have been overtaken by now.
  if (!isInTime(deps, lease)) return false;
  let result = await send(deps, connection, { renewal, content });
  // A server that never got to answer may keep the old refresh token for some seconds: at once,
  // and once, it is sent again. What was lost before this lease had its second try then.
  if (isLost(result) && !begun.answerLost && (await mayAskAgain(deps, connection, content))) {
    const longer = await again(deps, connection, lease);
    if (longer === undefined || !isInTime(deps, longer)) return false;
    lease = longer;
    result = await send(deps, connection, { renewal, content });
  }
  // Whoever has the password needs no person when the refresh token has ended.
  const isAlone = signsInAlone(connection.document.signIn);
  if (result.status === 'refused' && renewal === 'refresh' && isAlone) {
    // The lease ends by itself, and whoever comes then begins anew.
    if (!(await mayAskAgain(deps, connection, content))) return false;
    const longer = await again(deps, connection, lease);
    if (longer === undefined || !isInTime(deps, longer)) return false;
    lease = longer;
    result = await send(deps, connection, { renewal: 'sign_in', content: undefined });
  }
  return await settle(deps, connection, { before: content, lease, result });
}

/** A second request under one lease takes a slot of its own; the lease does not wait for it long. */
async function mayAskAgain(
  deps: AskDeps,
  connection: OpenConnection,
  content: GrantContent | undefined,
): Promise<boolean> {
  const filled = content?.properties;
  const { closing } = deps;
  return (
    (await admitSignIn(deps, connection, { filled, ms: SECOND_SLOT_WAIT_MS, closing })) ===
    undefined
  );
}

interface Sent {
  readonly result: SignInResult;
  /** Epoch milliseconds by the database's clock, before the request left. */
  readonly askedAt: number;
}

async function send(
  deps: AskDeps,
  connection: OpenConnection,
  what: { readonly renewal: Renewal; readonly content: GrantContent | undefined },
): Promise<SignInResult & Pick<Sent, 'askedAt'>> {
  const askedAt = deps.database.now();
  const filled = filledConnection(connection, what.content?.properties ?? {});
  const values = what.content?.locals ?? {};
  const request = { document: connection.document, connection: filled, values };
  const randomId = (): string => deps.ids.next();
  const refreshToken = what.renewal === 'refresh' ? what.content?.refreshToken : undefined;
  const given =
    refreshToken === undefined
      ? aloneFields(connection.document.signIn, signInContext({ ...deps, randomId }, request), {
          now: askedAt,
          id: deps.ids.next(),
        })
      : { status: 'fields' as const, fields: refreshFields(refreshToken) };
  if (given.status === 'not_sent') return { ...given, askedAt };
  const { fields } = given;
  // Not ended when the process closes: it could be the one request that a refresh token is good for.
  const signal = new AbortController().signal;
  const result = await requestSignIn({ ...deps, randomId }, { ...request, fields }, signal);
  return { ...result, askedAt };
}

function isInTime(deps: AskDeps, { leaseUntil }: Grant): boolean {
  return leaseUntil !== null && deps.database.now() + TOKEN_DEADLINE_MS <= leaseUntil;
}

function isLost(result: SignInResult): boolean {
  return result.status === 'transient' && result.lost && result.exchange.response === undefined;
}

async function again(
  deps: AskDeps,
  connection: OpenConnection,
  lease: Grant,
): Promise<Grant | undefined> {
  if (deps.closing.aborted) return undefined;
  const event = { kind: 'again', fence: lease.fence } as const;
  return (await storeEvent(deps, connection, { event }))?.after;
}

async function settle(
  deps: AskDeps,
  connection: OpenConnection,
  ended: {
    readonly before: GrantContent | undefined;
    readonly lease: Grant;
    readonly result: SignInResult & Pick<Sent, 'askedAt'>;
  },
): Promise<boolean> {
  const { before, lease, result } = ended;
  if (result.status === 'accepted') {
    const content = contentOf(connection, result.answer, before);
    return await keep(deps, connection, { content, ...ended });
  }
  const { fence } = lease;
  const of = { connection_id: connection.id, organization_id: connection.organizationId };
  if (result.status === 'transient') {
    const { message, lost, retryAfterMs } = result;
    const event = { kind: 'transient', fence, message, lost, retryAfterMs } as const;
    const change = await storeEvent(deps, connection, { event });
    if (change?.after.failures === 1) {
      deps.log.warn({ ...of, lost }, 'a token request came to nothing; trying again later');
    }
    return false;
  }
  const isInvalid = result.status === 'refused' && result.code === 'invalid_grant';
  const message =
    lease.answerLost && isInvalid ? `${ANSWER_LOST} ${result.message}` : result.message;
  await storeEvent(deps, connection, { event: { kind: 'refused', fence, message } });
  return false;
}

const ANSWER_LOST =
  'The answer with the new refresh token was lost on the way, and the old one is no longer accepted.';

/** Stores new tokens before anybody uses them; who stored newer ones meanwhile wins. */
async function keep(
  deps: AskDeps,
  connection: OpenConnection,
  got: {
    readonly content: GrantContent;
    readonly lease: Grant;
    readonly result: SignInResult & Pick<Sent, 'askedAt'>;
  },
): Promise<boolean> {
  const { content, lease, result } = got;
  if (result.status !== 'accepted') return false;
  const { askedAt, answer } = result;
  const times = tokenTimes(answer.expiresInSeconds, askedAt, deps.random());
  const event = { kind: 'obtained', generation: lease.generation, ...times } as const;
  const first = lease.generation === 0 ? { signed_in_at: askedAt } : {};
  const { accountId, accountName } = answer;
  const columns = {
    ...contentColumns(deps.vault, connection, { content, receivedAt: askedAt }),
    ...first,
    ...(accountId === undefined ? {} : { account_id: accountId }),
    ...(accountName === undefined ? {} : { account_name: accountName }),
  };
  const change = await persist(deps, connection, () =>
    storeEvent(deps, connection, { event, content: columns }),
  );
  return change !== undefined;
}

/** Tries for half a minute where the database is away: what came cannot be asked for again. */
async function persist(
  deps: AskDeps,
  connection: OpenConnection,
  store: () => Promise<GrantChange | undefined>,
): Promise<GrantChange | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await store();
    } catch (err) {
      const mayPass = err instanceof AppError && err.row.retry;
      if (!mayPass || tries >= STORE_TRIES) throw err;
      const of = { connection_id: connection.id, tries };
      deps.log.error({ err, ...of }, 'new tokens cannot be stored; trying again');
      await deps.clock.sleep(STORE_PAUSE_MS);
    }
  }
}
