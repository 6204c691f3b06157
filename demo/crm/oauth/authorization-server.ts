import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

import type { Configuration, default as OidcProvider, Interaction } from 'oidc-provider';

import { SIGN_IN_HEADERS } from '../page-headers.ts';
import type { User } from '../records.ts';
import { CLIENT_ID, CLIENT_SECRET } from './client.ts';
import { readServerKeys } from './server-keys.ts';
import { signInProblem } from './sign-in-pages.ts';
import { openTokenStore, type TokenStore } from './token-store.ts';

/** How long access tokens live unless the habit says otherwise. */
const ACCESS_SECONDS = 3_600;
const REFRESH_SECONDS = 14 * 24 * 3_600;
/** What an application may be allowed; the offline one stands for the refresh token. */
const SCOPES = ['crm', 'openid', 'offline_access'];

/** OAuth2 in the demo CRM: a certified authorization server below `/oauth`, with pages of our own. */
export interface AuthorizationServer {
  /** Answers a request below `/oauth`. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** What the sign-in under way is about; throws where there is none. */
  interaction(request: IncomingMessage, response: ServerResponse): Promise<Interaction>;
  signIn(exchange: Exchange, user: User): Promise<void>;
  allow(exchange: Exchange, interaction: Interaction): Promise<void>;
  deny(exchange: Exchange): Promise<void>;
  /** The id of the user to whom a token was given that still counts. */
  findAccessToken(token: string): Promise<string | undefined>;
  /** Forgets everything that was given out. */
  signEverybodyOut(): void;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

export interface AuthorizationServerOptions {
  /** `http://127.0.0.1:8090` */
  readonly origin: string;
  readonly folder: string;
  readonly users: () => readonly User[];
  readonly now: () => number;
  /** Seconds that an access token given out now shall live; undefined: as usual. */
  readonly shortLife: () => number | undefined;
}

/** Starts the authorization server. Its package is a development dependency: it is loaded here and only now. */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { origin, folder, now } = options;
  const library = await import('oidc-provider');
  const store = openTokenStore(join(folder, 'oauth.json'), now);
  const provider = new library.default(`${origin}/oauth`, configuration(options, store));
  allowLoopback(provider);
  const callback = provider.callback();
  return {
    async handle(request, response) {
      Object.assign(request, {
        originalUrl: request.url,
        url: request.url?.slice('/oauth'.length),
      });
      await callback(request, response);
    },
    interaction: (request, response) => provider.interactionDetails(request, response),
    signIn: ({ request, response }, user) =>
      provider.interactionFinished(request, response, { login: { accountId: user.id } }),
    async allow({ request, response }, { session, params, grantId }) {
      const accountId = session?.accountId ?? '';
      const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
      const grant =
        known ?? new provider.Grant({ accountId, clientId: String(params['client_id']) });
      grant.addOIDCScope(SCOPES.join(' '));
      const consent = { grantId: await grant.save() };
      await provider.interactionFinished(request, response, { consent });
    },
    deny: ({ request, response }) =>
      provider.interactionFinished(
        request,
        response,
        { error: 'access_denied', error_description: 'The person did not agree.' },
        { mergeWithLastSubmission: false },
      ),
    async findAccessToken(token) {
      const found = await provider.AccessToken.find(token);
      return found?.isValid === true ? found.accountId : undefined;
    },
    signEverybodyOut: () => store.clear(),
  };
}

function configuration(options: AuthorizationServerOptions, store: TokenStore): Configuration {
  const { users, folder, shortLife } = options;
  const { key, cookieSecret } = readServerKeys(join(folder, 'oauth-keys.json'));
  return {
    adapter: (model) => store.adapter(model),
    clients: [
      {
        client_id: CLIENT_ID,
        client_name: 'Patchcord',
        client_secret: CLIENT_SECRET,
        redirect_uris: ['http://127.0.0.1/'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        application_type: 'native',
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
        scope: SCOPES.join(' '),
      },
    ],
    cookies: { keys: [cookieSecret] },
    jwks: { keys: [key] },
    scopes: SCOPES,
    claims: { openid: ['sub'] },
    features: { devInteractions: { enabled: false }, revocation: { enabled: true } },
    findAccount: (_context, id) =>
      users().some((user) => user.id === id)
        ? { accountId: id, claims: () => ({ sub: id }) }
        : undefined,
    interactions: { url: (_context, { uid }) => `/sign-in/${uid}` },
    issueRefreshToken: () => true,
    pkce: { required: () => true },
    renderError(context, { error, error_description: words }) {
      context.type = 'html';
      context.set(SIGN_IN_HEADERS);
      context.body = signInProblem(`It said “${error}”${words === undefined ? '' : `: ${words}`}.`);
    },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: () => shortLife() ?? ACCESS_SECONDS,
      RefreshToken: REFRESH_SECONDS,
      Grant: REFRESH_SECONDS,
      Session: 3_600,
      Interaction: 600,
      AuthorizationCode: 60,
    },
  };
}

/** Patchcord's port on this machine is not known beforehand (RFC 8252, section 7.3): any of it will do. */
function allowLoopback(provider: OidcProvider): void {
  provider.Client.prototype.redirectUriAllowed = (uri: string) =>
    /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\//.test(uri);
}
