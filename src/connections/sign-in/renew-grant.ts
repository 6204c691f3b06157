import type { CredentialAnswer } from '../../runtime/credential.ts';
import type { OpenConnection } from '../open-connection.ts';
import { admitSignIn } from './admit-sign-in.ts';
import { askServer } from './ask-server.ts';
import type { AskDeps } from './ask-server.ts';
import { fits } from './connection-grant.ts';
import { credentialOf } from './grant-reader.ts';
import type { GrantReader, ReadGrant } from './grant-reader.ts';
import { stopForSignIn, storeEvent } from './store-grant.ts';

export interface RenewDeps extends AskDeps {
  readonly reader: GrantReader;
}

/** How often the row is read while another node asks for a token. */
const POLL_MS = 100;
/** Two requests and a wait for another node's; who is not served then comes again. */
const LONGEST_WAIT_MS = 60_000;
/** The longest wait for a slot of the CRM's own rate. */
const LONGEST_SLOT_WAIT_MS = 30_000;

/**
 * Brings a connection's sign-in to a token that may be used, asking the server at most once, and
 * once more at once when an answer was lost. At most one request per generation is under way over
 * all nodes: the row says so before it leaves, and new tokens are on disk before anybody gets them.
 * `rejected`: the CRM answered 401 to this generation; 0: to none. Rejects with what the database
 * rejects with.
 */
export async function renewGrant(
  deps: RenewDeps,
  connection: OpenConnection,
  rejected: number,
): Promise<CredentialAnswer> {
  const until = deps.clock.monotonic() + LONGEST_WAIT_MS;
  while (deps.clock.monotonic() < until && !deps.closing.aborted) {
    const found = await deps.reader.read(connection);
    const { grant, decision } = found;
    if (rejected > grant.rejectedGeneration && rejected <= grant.generation) {
      await storeEvent(deps, connection, { event: { kind: 'rejected', generation: rejected } });
      continue;
    }
    if (decision.do === 'wait') {
      await pause(deps);
      continue;
    }
    if (decision.do !== 'obtain') return await answerOf(deps, connection, found);
    // Before the lease, which is short. What changes meanwhile is seen by its fence.
    const refused = await admitSignIn(deps, connection, {
      filled: found.content?.properties,
      ms: LONGEST_SLOT_WAIT_MS,
      closing: deps.closing,
    });
    if (refused !== undefined) return { status: 'unavailable', ...refused };
    const begun = await storeEvent(deps, connection, {
      event: { kind: 'begin', fence: grant.fence, node: deps.node },
    });
    if (begun === undefined) continue;
    const { renewal } = decision;
    if (!(await askServer(deps, connection, { found, begun: begun.after, renewal }))) continue;
    // Read again even so: it may be newer by now, and however short its life is, it is used once.
    // Newer may be of other settings, too: those tokens go nowhere else.
    const kept = await deps.reader.read(connection);
    if (kept.content === undefined || !fits(connection, kept.content)) continue;
    return { status: 'ready', credential: credentialOf(kept.grant, kept.content) };
  }
  return { status: 'unavailable', message: 'The sign-in at the CRM takes too long.' };
}

/**
 * The answer that the row gives as it is, and whether a newer token is due for all that; undefined
 * when everybody must wait for one.
 */
export async function answerNow(
  deps: RenewDeps,
  connection: OpenConnection,
  rejected: number,
): Promise<{ readonly answer: CredentialAnswer; readonly isDue: boolean } | undefined> {
  const found = await deps.reader.read(connection);
  const { grant, decision } = found;
  if (rejected > grant.rejectedGeneration && rejected === grant.generation) return undefined;
  const isDue = decision.do === 'obtain';
  if (decision.do === 'wait' || (isDue && !decision.usable)) return undefined;
  return { answer: await answerOf(deps, connection, found), isDue };
}

async function answerOf(
  deps: RenewDeps,
  connection: OpenConnection,
  { grant, content, decision }: ReadGrant,
): Promise<CredentialAnswer> {
  if (decision.do === 'needs_auth') {
    const { message, isNew } = decision;
    if (isNew) {
      const event = { kind: 'ended', generation: grant.generation, message } as const;
      await storeEvent(deps, connection, { event });
    } else {
      await stopForSignIn(deps, connection, message);
    }
    return { status: 'needs_auth', message };
  }
  if (decision.do === 'unavailable') {
    const { message, retryAfterMs } = decision;
    return { status: 'unavailable', message, retryAfterMs };
  }
  if (content === undefined) return { status: 'unavailable', message: 'There is no token yet.' };
  return { status: 'ready', credential: credentialOf(grant, content) };
}

async function pause(deps: RenewDeps): Promise<void> {
  try {
    await deps.clock.sleep(POLL_MS, deps.closing);
  } catch {
    // The process closes: the loop sees it.
  }
}
