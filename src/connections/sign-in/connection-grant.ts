import { createHash } from 'node:crypto';

import type { CompiledDocument } from '../../document/compiled-document.ts';
import { jsonMember, jsonText } from '../../document/json-value.ts';
import { templateNames } from '../../document/templates/template.ts';
import type { MethodConnection } from '../../runtime/method-call.ts';
import { signsInAlone } from '../../runtime/sign-in/grant-fields.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { Renewal } from './decide.ts';
import type { GrantContent } from './stored-grant.ts';

/**
 * Names the settings that tokens are asked for with: those of another basis are not used. Where the
 * connection signs in by itself, each property counts; where a person did, only those that say for
 * which client and at which server, so that neither a changed page size nor a new client secret asks
 * anybody to sign in again.
 */
export function basisOf({ document, properties }: OpenConnection): string {
  const { signIn } = document;
  const way = signIn.kind === 'oauth2' ? signIn.flow : signIn.kind;
  const labels = signsInAlone(signIn) ? undefined : clientLabels(document);
  const sorted = Object.entries(properties)
    .filter(([label]) => labels?.has(label) ?? true)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `${way} ${createHash('sha256').update(JSON.stringify(sorted)).digest('hex')}`;
}

/** Members of `OAuth2` by which tokens belong to a client of a server (RFC 6749, section 6). */
const CLIENT_MEMBERS = ['client_id', 'authorization_endpoint', 'token_endpoint'] as const;

function clientLabels({ source, notation, properties }: CompiledDocument): ReadonlySet<string> {
  const known = new Set(properties.map(({ label }) => label));
  const section = jsonMember(source, 'OAuth2');
  return new Set(
    CLIENT_MEMBERS.flatMap((member) => {
      const text = jsonText(section, member) ?? '';
      return templateNames(text, notation, (label) => known.has(label));
    }),
  );
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
