import { originOf } from '../../http/url-policy.ts';
import { renderSignIn } from '../../runtime/sign-in/request-token.ts';
import type { OpenConnection } from '../open-connection.ts';
import { filledConnection } from './connection-grant.ts';
import type { SignInDeps } from './sign-in-deps.ts';

/** Asked before a sign-in request leaves for the CRM itself: why it may not, or nothing. */
export type MaySignIn = (origin: string) => Promise<string | undefined>;

/** Why a sign-in request had to wait too long. */
export interface SignInRefusal {
  readonly message: string;
  /** Until there is a slot. */
  readonly retryAfterMs: number;
}

/**
 * Scheme, host and port to which a connection sends its sign-in requests, where these are the CRM's
 * own and count against its limits; undefined for a token server elsewhere, and without a sign-in.
 */
export function ownSignInOrigin(
  deps: Pick<SignInDeps, 'phones' | 'ids'>,
  connection: OpenConnection,
  filled: Readonly<Record<string, string>> = {},
): string | undefined {
  const { document } = connection;
  const of = filledConnection(connection, filled);
  const request = renderSignIn(
    { ...deps, randomId: () => deps.ids.next() },
    { document, connection: of, fields: {} },
  );
  const origin = request === undefined ? undefined : originOf(request.url);
  const isOwn = document.signIn.kind === 'session' || origin === of.origins[0];
  return isOwn ? origin : undefined;
}

/**
 * Takes a slot of the connection's rate for a sign-in request that goes to the CRM itself, or says that
 * there was none within `ms`. Never rejects because the process closes: then nothing may begin.
 */
export async function admitSignIn(
  deps: Pick<SignInDeps, 'phones' | 'ids' | 'admission'>,
  connection: OpenConnection,
  of: {
    readonly filled?: Readonly<Record<string, string>> | undefined;
    readonly ms: number;
    readonly closing?: AbortSignal;
  },
): Promise<SignInRefusal | undefined> {
  if (connection.limits.length === 0) return undefined;
  if (ownSignInOrigin(deps, connection, of.filled) === undefined) return undefined;
  const { ms, closing: signal = new AbortController().signal } = of;
  try {
    const entered = await deps.admission.enter(connection, { ms, signal });
    if (entered.status === 'admitted') return undefined;
    return { message: entered.message, retryAfterMs: entered.waitMs };
  } catch (err) {
    if (!signal.aborted) throw err;
    return { message: 'Patchcord is closing.', retryAfterMs: 0 };
  }
}
