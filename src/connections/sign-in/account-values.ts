import type { PhoneNumbers } from '../../document/values/values.ts';
import type { Credential, CredentialAnswer, RenewCredential } from '../../runtime/credential.ts';
import type { Action } from '../../runtime/outcome.ts';
import type { MethodRunner } from '../../runtime/run-method.ts';
import { signInContext } from '../../runtime/sign-in/request-token.ts';
import type { OpenConnection } from '../open-connection.ts';
import { filledConnection } from './connection-grant.ts';

export interface AccountValues {
  /**
   * The credential with the properties that the method `Account` fills and nothing before it did; the
   * CRM is asked once for each token, and for each change of the connection.
   */
  complete(
    connection: OpenConnection,
    signedIn: {
      readonly credential: Credential;
      readonly renew?: RenewCredential;
      /** Lets a request in at the rate of the connection. */
      readonly admit?: (signal: AbortSignal) => Promise<void>;
    },
    signal: AbortSignal,
  ): Promise<CredentialAnswer>;
}

export interface AccountValuesDeps {
  readonly runner: MethodRunner;
  readonly phones: PhoneNumbers;
  /** For multipart boundaries. */
  readonly randomId: () => string;
}

type Filled = Pick<Credential, 'locals' | 'properties'>;
type Asked =
  | { readonly status: 'filled'; readonly filled: Filled }
  | Exclude<CredentialAnswer, { readonly status: 'ready' }>;

/** Connections whose values are kept: those used last. */
const MAX_KEPT = 1_000;
/** The record says little; a step waits for it. */
const ACCOUNT_DEADLINE_MS = 10_000;

/** Makes the values that come with `Account`; they are kept in this process and nowhere else. */
export function createAccountValues(deps: AccountValuesDeps): AccountValues {
  const kept = new Map<string, { readonly key: string; readonly filled: Filled }>();
  const flights = new Map<string, Promise<Asked>>();
  const join = (
    key: string,
    connection: OpenConnection,
    signedIn: Parameters<AccountValues['complete']>[1],
  ): Promise<Asked> => {
    const known = flights.get(key);
    if (known !== undefined) return known;
    const flight = askAccount(deps, connection, signedIn).finally(() => {
      flights.delete(key);
    });
    flights.set(key, flight);
    return flight;
  };
  const ask: AccountValues['complete'] = async (connection, signedIn, signal) => {
    const { credential } = signedIn;
    const key = `${connection.id} ${connection.revision} ${credential.generation}`;
    const known = kept.get(connection.id);
    if (known?.key === key) return ready(credential, known.filled);
    const asked = await within(join(key, connection, signedIn), signal);
    if (asked.status !== 'filled') return asked;
    kept.delete(connection.id);
    kept.set(connection.id, { key, filled: asked.filled });
    const [oldest] = kept.keys();
    if (kept.size > MAX_KEPT && oldest !== undefined) kept.delete(oldest);
    return ready(credential, asked.filled);
  };
  return {
    complete: async (connection, signedIn, signal) =>
      isLacking(connection, signedIn.credential)
        ? await ask(connection, signedIn, signal)
        : { status: 'ready', credential: signedIn.credential },
  };
}

/** What goes away by itself; anything else needs a person. */
const PASSES: ReadonlySet<Action> = new Set<Action>(['retry', 'wait', 'look_up']);

/** The answer, or none when its caller gives up; the others go on waiting. */
async function within(flight: Promise<Asked>, signal: AbortSignal): Promise<Asked> {
  const { promise, resolve } = Promise.withResolvers<Asked>();
  const giveUp = (): void => resolve({ status: 'unavailable', message: 'The wait was ended.' });
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return signal.aborted
      ? { status: 'unavailable', message: 'The wait was ended.' }
      : await Promise.race([flight, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function isLacking({ document, properties }: OpenConnection, credential: Credential): boolean {
  return (
    document.methods.has('Account') &&
    document.properties.some(
      ({ label, filledBySignIn }) =>
        filledBySignIn &&
        !Object.hasOwn(properties, label) &&
        !Object.hasOwn(credential.properties, label),
    )
  );
}

async function askAccount(
  deps: AccountValuesDeps,
  connection: OpenConnection,
  { credential, renew, admit }: Parameters<AccountValues['complete']>[1],
): Promise<Asked> {
  const { document } = connection;
  const prepared = deps.runner.prepare({
    ...{ document, connection, credential, values: {} },
    method: 'Account',
    deadlineMs: ACCOUNT_DEADLINE_MS,
    ...(renew === undefined ? {} : { renew }),
    ...(admit === undefined ? {} : { admit, admitsFirst: true }),
  });
  if (prepared.status === 'not_sent') return { status: 'needs_auth', message: prepared.message };
  // Several wait for it, so that no single one ends it.
  const { outcome, records } = await prepared.send(new AbortController().signal);
  const message = `The account cannot be read: ${outcome.message}`;
  if (PASSES.has(outcome.action)) {
    const { retryAfterMs } = outcome;
    return {
      status: 'unavailable',
      message,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  const [record] = records;
  if (outcome.action !== 'succeed' || record === undefined) {
    return { status: 'needs_auth', message };
  }
  const context = signInContext(deps, {
    connection: filledConnection(connection, credential.properties),
    values: credential.locals,
  });
  const bound = document.bindAccount(record, context);
  return bound.status === 'refused'
    ? { status: 'needs_auth', message: bound.message }
    : { status: 'filled', filled: bound };
}

function ready(credential: Credential, filled: Filled): CredentialAnswer {
  return {
    status: 'ready',
    credential: {
      ...credential,
      locals: { ...filled.locals, ...credential.locals },
      properties: { ...filled.properties, ...credential.properties },
    },
  };
}
