import { createHash } from 'node:crypto';

import type { MethodConnection } from '../../runtime/method-call.ts';
import { signsInAlone } from '../../runtime/sign-in/grant-fields.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { Renewal } from './decide.ts';
import type { GrantContent } from './stored-grant.ts';

/**
 * Names the settings that tokens are asked for with: those of another basis are not used. Where the
 * connection signs in by itself, each property counts; where a person did, only the way it is done,
 * so that a changed page size asks nobody to sign in again.
 */
export function basisOf({ document, properties }: OpenConnection): string {
  const { signIn } = document;
  const way = signIn.kind === 'oauth2' ? signIn.flow : signIn.kind;
  if (!signsInAlone(signIn)) return way;
  const sorted = Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${way} ${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}`;
}

/** The connection with the properties that the sign-in filled, and the addresses that they give. */
export function filledConnection(
  connection: OpenConnection,
  filled: Readonly<Record<string, string>>,
): MethodConnection {
  const properties = { ...connection.properties, ...filled };
  return {
    id: connection.id,
    organizationId: connection.organizationId,
    country: connection.country,
    timezone: connection.timezone,
    properties,
    origins: connection.document.originsOf(properties),
  };
}

/**
 * Whether tokens are for the connection as it is now: got in the same way, and every address that
 * it calls is one of those it called then.
 */
export function fits(connection: OpenConnection, content: GrantContent): boolean {
  const { origins } = filledConnection(connection, content.properties);
  return (
    content.basis === basisOf(connection) &&
    origins.every((origin) => content.origins.includes(origin))
  );
}

/** How the connection comes to new tokens. */
export function renewalOf(connection: OpenConnection, content: GrantContent | undefined): Renewal {
  const { signIn } = connection.document;
  const isFit = content !== undefined && fits(connection, content);
  const mayRefresh =
    signIn.kind === 'oauth2' &&
    (signIn.flow === 'authorization_code' || signIn.flow === 'password');
  if (isFit && mayRefresh && content.refreshToken !== undefined) return 'refresh';
  return signsInAlone(signIn) ? 'sign_in' : 'none';
}
