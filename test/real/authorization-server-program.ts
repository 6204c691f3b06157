import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import Provider from 'oidc-provider';

import { CLIENT, type AuthorizationCounts, type Orders } from './authorization-server-orders.ts';

/**
 * The program behind `startAuthorizationServer`: `oidc-provider`, a certified authorization server,
 * with refresh tokens that rotate and whose second use takes the whole grant back. Beside it,
 * `/control` takes orders and gives counts, and `/active` says whether an access token is good.
 * Arguments: port, then the redirect URIs of the one client.
 */
async function main([port = '0', ...redirectUris]: readonly string[]): Promise<void> {
  const issuer = `http://127.0.0.1:${port}`;
  const orders: { -readonly [Name in keyof Orders]: Orders[Name] } = {
    lifeSeconds: 3_600,
    rotates: true,
    dropRefreshAnswers: 0,
    unavailable: false,
  };
  const counts: { -readonly [Name in keyof AuthorizationCounts]: AuthorizationCounts[Name] } = {
    code: 0,
    refresh: 0,
    refused: 0,
    turnedAway: 0,
  };
  const issued = new Set<string>();
  const expired = new Set<string>();
  const grants = new Set<string>();
  const dropped = new WeakSet<ServerResponse>();
  const provider = new Provider(issuer, {
    clients: [
      {
        ...CLIENT,
        redirect_uris: [...redirectUris],
        application_type: 'native',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    cookies: { keys: ['a key for the cookies of a test'] },
    pkce: { required: () => true },
    ttl: {
      AccessToken: () => orders.lifeSeconds,
      Grant: 86_400,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 86_400,
      IdToken: 600,
      AuthorizationCode: 60,
    },
    issueRefreshToken: () => Promise.resolve(true),
    rotateRefreshToken: () => orders.rotates,
  });
  provider.on('access_token.saved', (token) => issued.add(token.jti));
  provider.on('grant.success', (context) => {
    const { grantId } = context.oidc.entities.AccessToken ?? {};
    if (grantId !== undefined) grants.add(grantId);
    if (context.oidc.params?.['grant_type'] !== 'refresh_token') {
      counts.code += 1;
      return;
    }
    counts.refresh += 1;
    if (orders.dropRefreshAnswers > 0) {
      orders.dropRefreshAnswers -= 1;
      dropped.add(context.res);
    }
  });
  provider.on('grant.error', () => {
    counts.refused += 1;
  });
  const handle = provider.callback();

  const revoke = async (): Promise<void> => {
    for (const grantId of grants) {
      await provider.RefreshToken.revokeByGrantId(grantId);
      await provider.AccessToken.revokeByGrantId(grantId);
    }
  };
  const control = async (request: IncomingMessage): Promise<unknown> => {
    if (request.method !== 'POST') return counts;
    const order: unknown = JSON.parse(await read(request));
    if (typeof order !== 'object' || order === null) return counts;
    Object.assign(orders, order);
    if ('expireAccessTokens' in order) for (const jti of issued) expired.add(jti);
    if ('revoke' in order) await revoke();
    if ('forgetCounts' in order) {
      Object.assign(counts, { code: 0, refresh: 0, refused: 0, turnedAway: 0 });
    }
    return counts;
  };
  const isActive = async (value: string): Promise<boolean> => {
    const token = await provider.AccessToken.find(value);
    return token?.isValid === true && !expired.has(token.jti);
  };

  const server = createServer((request, response) => {
    void (async () => {
      const url = request.url ?? '/';
      if (url === '/control') return answer(response, 200, await control(request));
      if (url === '/active') return answer(response, 200, await isActive(await read(request)));
      if (url.startsWith('/token') && orders.unavailable) {
        counts.turnedAway += 1;
        return answer(response, 503, { error: 'temporarily_unavailable' });
      }
      cutWhenDropped(response, dropped);
      await handle(request, response);
    })().catch(() => response.destroy());
  });
  server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
  process.once('SIGTERM', () => {
    server.close();
    server.closeAllConnections();
  });
}

/** The provider has carried everything out when it ends its answer: the answer never leaves. */
function cutWhenDropped(response: ServerResponse, dropped: WeakSet<ServerResponse>): void {
  const end = response.end.bind(response);
  Reflect.set(response, 'end', (...given: Parameters<typeof end>) => {
    if (!dropped.has(response)) return end(...given);
    response.socket?.destroy();
    return response;
  });
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

await main(process.argv.slice(2));
