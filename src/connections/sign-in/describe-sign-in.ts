import type { OrganizationScope } from '../../organizations/scope.ts';
import { findOffer, findSignIn } from './sign-in-repository.ts';
import type { OpenConnection } from '../open-connection.ts';
import { filledConnection, fits } from './connection-grant.ts';
import type { RenewDeps } from './renew-grant.ts';
import { whoSignsIn } from './signs-in.ts';
import type { GrantContent } from './stored-grant.ts';

/** What is known of a connection's sign-in; times in epoch milliseconds. Never a token. */
export interface SignInDescription {
  /** `none`: no sign-in is needed, or the connection has not made its first one yet. */
  readonly state: 'none' | 'signed_in' | 'needs_auth';
  /** A person must open a page of the CRM. */
  readonly needsPerson: boolean;
  readonly accountId?: string;
  readonly accountName?: string;
  /** When a person signed in, or the first token came. */
  readonly since?: number;
  /** When the access token ends; absent: the server did not say. */
  readonly expiresAt?: number;
  readonly lastRefreshAt?: number;
  /** Why a person must sign in, or what the last token request came to. */
  readonly message?: string;
  /** Another account that somebody signed in with, which waits for a word. */
  readonly offer?: { readonly accountId?: string; readonly accountName?: string };
  /** Label → value of the properties that it filled, without secret ones. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Where requests go with them. */
  readonly origins?: readonly string[];
}

/** Describes the sign-in of a connection. Rejects with `not_found`. */
export async function describeSignIn(
  deps: Pick<RenewDeps, 'database' | 'openConnections' | 'reader'>,
  scope: OrganizationScope,
  connectionId: string,
): Promise<SignInDescription> {
  const connection = await deps.openConnections.open(scope, connectionId);
  const { signIn } = connection.document;
  const isNeeded = signIn.kind === 'session' || signIn.kind === 'oauth2';
  const needsPerson = whoSignsIn(signIn) === 'person';
  const row = isNeeded ? await findSignIn(deps.database.read, scope, connectionId) : undefined;
  if (row === undefined) {
    return needsPerson
      ? { state: 'needs_auth', needsPerson, message: 'Nobody has signed in at the CRM yet.' }
      : { state: 'none', needsPerson };
  }
  const offer = await findOffer(deps.database.read, scope, connectionId);
  const { content, decision } = await deps.reader.read(connection);
  const isFit = content !== undefined && fits(connection, content);
  const isSignedIn = decision.do !== 'needs_auth' && isFit;
  return {
    state: isSignedIn
      ? 'signed_in'
      : decision.do !== 'needs_auth' && !needsPerson
        ? 'none'
        : 'needs_auth',
    needsPerson,
    ...account(row),
    ...optional('since', row.signed_in_at),
    ...optional('expiresAt', row.expires_at),
    ...optional('lastRefreshAt', row.received_at),
    ...optional('message', row.needs_auth ?? row.message),
    ...(offer === undefined ? {} : { offer: account(offer) }),
    ...(isFit ? filledBy(connection, content) : {}),
  };
}

function filledBy(
  connection: OpenConnection,
  { properties }: GrantContent,
): Pick<SignInDescription, 'properties' | 'origins'> {
  const shown = connection.document.properties.flatMap(({ label, secret }) => {
    const value = properties[label];
    return secret || value === undefined ? [] : [[label, value] as const];
  });
  const { origins } = filledConnection(connection, properties);
  return { properties: Object.fromEntries(shown), origins };
}

function account(row: {
  readonly account_id: string | null;
  readonly account_name: string | null;
}): { readonly accountId?: string; readonly accountName?: string } {
  return { ...optional('accountId', row.account_id), ...optional('accountName', row.account_name) };
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | null,
): Partial<Readonly<Record<Name, Value>>> {
  const found: Partial<Record<Name, Value>> = {};
  if (value !== null) found[name] = value;
  return found;
}
