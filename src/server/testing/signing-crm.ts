import { startFakeCrm } from '../../runtime/testing/fake-crm.ts';
import type { FakeCrm, FakeRequest } from '../../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../../runtime/testing/fake-crm-document.ts';

/** A fake CRM whose API wants a token of its own authorization server. */
export interface SigningCrm {
  readonly crm: FakeCrm;
  /** Requests of the token endpoint, in order, as form fields. */
  readonly asked: Readonly<Record<string, string>>[];
  /** Whose sign-in it is. */
  account: { id: string; name: string };
  /** From now on the tokens issued so far are refused. */
  expire(): void;
  /** The token endpoint answers 503 while it is away. */
  away: boolean;
  close(): Promise<void>;
}

/** One transparent pixel. */
const SMALLEST_PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** Signs somebody in who has another account. */
const OTHER_ACCOUNT = 'code-of-another-account';
const CODES: ReadonlySet<string> = new Set(['good-code', OTHER_ACCOUNT]);
const SCOPE = 'scope=api%20offline_access';

/**
 * An OAuth2 document for it, as text, with the method `Account`; `oauth2` is put over its section.
 * The property `API token` holds the client secret.
 */
export function signingDocument(oauth2: Readonly<Record<string, unknown>> = {}): string {
  const Account = {
    request_method: 'GET',
    request_path: '/me',
    response_map: { id: '$account_id$', name: '$account_name$' },
  };
  const { auth: _auth, ...source } = JSON.parse(fakeCrmDocument({ methods: { Account } }));
  return JSON.stringify({
    ...source,
    id: 'signing-crm',
    name: 'Signing CRM',
    properties: [...source.properties, { label: 'Client', default: 'patchcord-test' }],
    parameters: { ...source.parameters, account_id: 'string', account_name: 'string' },
    OAuth2: {
      client_id: '$Client$',
      client_secret: '$API token$',
      authorization_endpoint: '$Address$/authorize',
      authorization_parameters: { default: SCOPE },
      token_endpoint: '$Address$/token',
      ...oauth2,
    },
  });
}

/** Starts one; its access tokens are the fake CRM's own token as long as they are good. */
export async function startSigningCrm(): Promise<SigningCrm> {
  const asked: Readonly<Record<string, string>>[] = [];
  const state = { expired: false, generation: 0 };
  const json = { 'content-type': 'application/json' };
  const token = (request: FakeRequest): { status: number; body: object } => {
    const fields = Object.fromEntries(new URLSearchParams(request.body.toString()));
    asked.push(fields);
    if (signing.away) return { status: 503, body: {} };
    const { grant_type: grant, code, refresh_token: refresh } = fields;
    const isGood =
      grant === 'refresh_token'
        ? refresh === `refresh-${String(state.generation)}`
        : grant === 'client_credentials' || CODES.has(code ?? '');
    if (code === OTHER_ACCOUNT) signing.account = { id: 'acc-2', name: 'Beta Ltd' };
    if (!isGood) return { status: 400, body: { error: 'invalid_grant' } };
    state.generation += 1;
    state.expired = false;
    const refresh_token = `refresh-${String(state.generation)}`;
    return {
      status: 200,
      body: {
        access_token: crm.token,
        token_type: 'Bearer',
        expires_in: 3_600,
        refresh_token,
        instance_url: crm.origin,
      },
    };
  };
  const crm = await startFakeCrm({
    token: 'access-token-of-the-crm',
    handler: (request, response) => {
      if (request.path === '/token') {
        const { status, body } = token(request);
        response.writeHead(status, json).end(JSON.stringify(body));
        return true;
      }
      if (request.path === '/logo.png') {
        response.writeHead(200, { 'content-type': 'image/png' }).end(SMALLEST_PNG);
        return true;
      }
      if (state.expired) {
        response.writeHead(401, json).end(JSON.stringify({ message: 'token expired' }));
        return true;
      }
      if (request.path !== '/me') return false;
      response.writeHead(200, json).end(JSON.stringify(signing.account));
      return true;
    },
  });
  const signing: SigningCrm = {
    crm,
    asked,
    account: { id: 'acc-1', name: 'Acme Ltd' },
    away: false,
    expire: () => {
      state.expired = true;
    },
    close: () => crm.close(),
  };
  return signing;
}
