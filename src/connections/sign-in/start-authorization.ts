import { createHash } from 'node:crypto';

import { recordDeed } from '../../access/audit.ts';
import { AppError } from '../../errors/app-error.ts';
import type { OrganizationScope } from '../../organizations/scope.ts';
import { codeFields } from '../../runtime/sign-in/grant-fields.ts';
import { createPkce } from '../../runtime/sign-in/pkce.ts';
import { renderSignIn, signInContext } from '../../runtime/sign-in/request-token.ts';
import type { OpenConnection } from '../open-connection.ts';
import { insertAuthorization } from './authorization-repository.ts';
import { filledConnection } from './connection-grant.ts';
import { isReturnPath } from './return-path.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { sealedColumns, tokenPlace } from './stored-grant.ts';

export interface StartedAuthorization {
  /** The CRM's page, with a `state` that is good once. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** RFC 6749, section 10.10: not to be guessed. */
const STATE_BYTES = 32;
/** Long enough to find a password; RFC 9700 wants it short. */
const AUTHORIZATION_LIFE_MS = 10 * 60_000;

/** Begins a person's sign-in at the CRM; see `SignIns.startAuthorization`. */
export async function startAuthorization(
  deps: SignInDeps,
  scope: OrganizationScope,
  request: {
    readonly connectionId: string;
    readonly actor: string;
    readonly returnTo?: string | undefined;
  },
): Promise<StartedAuthorization> {
  const { connectionId, actor, returnTo } = request;
  const connection = await deps.openConnections.open(scope, connectionId);
  const redirectUri = checkRequest(deps, connection, returnTo);
  const state = Buffer.from(deps.randomBytes(STATE_BYTES)).toString('base64url');
  const pkce = createPkce(deps.randomBytes);
  const url = pageFor(deps, connection, { redirectUri, state, codeChallenge: pkce.challenge });
  const now = deps.database.now();
  const expiresAt = now + AUTHORIZATION_LIFE_MS;
  const place = tokenPlace({ ...scope, connectionId }, 'authorization_request');
  const row = {
    state_hash: hashState(state),
    connection_id: connectionId,
    ...sealedColumns(deps.vault.seal(place, pkce.verifier)),
    authorization_url: withoutQuery(url),
    token_url: tokenUrl(deps, connection, redirectUri) ?? null,
    redirect_uri: redirectUri,
    actor,
    return_to: returnTo ?? null,
    created_at: now,
    expires_at: expiresAt,
    used_at: null,
  };
  await deps.database.write(async (transaction) => {
    await insertAuthorization(transaction, scope, row);
    await recordDeed(transaction, scope, {
      ids: deps.ids,
      actor,
      action: 'connection.sign_in_started',
      objectKind: 'connection',
      objectId: connectionId,
      details: { at: row.authorization_url },
      at: now,
    });
  });
  return { url, expiresAt };
}

/** Only the hash is stored: whoever reads the table cannot finish somebody's sign-in. */
export function hashState(state: string): string {
  return createHash('sha256').update(state).digest('hex');
}

/** The address of the token endpoint as the connection gives it now; undefined where it is not known yet. */
export function tokenUrl(
  deps: SignInDeps,
  connection: OpenConnection,
  redirectUri: string,
  filled: Readonly<Record<string, string>> = {},
): string | undefined {
  const fields = codeFields({ code: 'code', redirectUri, verifier: 'verifier' });
  const request = {
    document: connection.document,
    connection: filledConnection(connection, filled),
    fields,
  };
  const rendered = renderSignIn({ ...deps, randomId: () => deps.ids.next() }, request);
  return rendered === undefined ? undefined : withoutQuery(rendered.url);
}

/** Gives the redirect URI, or throws what keeps a sign-in from beginning. */
function checkRequest(
  deps: SignInDeps,
  { document, name }: OpenConnection,
  returnTo: string | undefined,
): string {
  const { signIn } = document;
  if (signIn.kind !== 'oauth2' || signIn.flow !== 'authorization_code') {
    throw new AppError(
      'conflict',
      `'${name}' needs nobody to sign in: its document describes no sign-in page. POST …/test checks its credentials.`,
    );
  }
  if (returnTo !== undefined && !isReturnPath(returnTo)) {
    throw new AppError(
      'invalid_request',
      "'return_to' must be the path of a page on this server: it begins with one slash, names no host, and is not of the API (/v1, /hooks).",
    );
  }
  if (deps.redirectUri === undefined) {
    throw new AppError(
      'conflict',
      'The CRM must know where to send people back to: set PUBLIC_URL to the address of this server and start it again.',
    );
  }
  return deps.redirectUri;
}

function pageFor(
  deps: SignInDeps,
  connection: OpenConnection,
  ours: { readonly redirectUri: string; readonly state: string; readonly codeChallenge: string },
): string {
  const { signIn } = connection.document;
  const { redirectUri, state, codeChallenge } = ours;
  const page =
    signIn.kind === 'oauth2'
      ? signIn.authorizationUrl?.(
          signInContext(
            { ...deps, randomId: () => deps.ids.next() },
            { connection: filledConnection(connection, {}) },
          ),
          { redirectUri, state, ...(signIn.pkce ? { codeChallenge } : {}) },
        )
      : undefined;
  if (page?.status === 'url') return page.url;
  const what = page?.name ?? 'authorization_endpoint';
  const why = page?.status === 'unsafe_value' ? `cannot be used: ${page.message}` : 'is missing';
  throw new AppError('invalid_request', `The sign-in page cannot be named: ${what} ${why}.`);
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '');
}
