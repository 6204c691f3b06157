import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeCrm } from '../runtime/testing/fake-crm.ts';
import type { FakeCrm, FakeHandler } from '../runtime/testing/fake-crm.ts';
import { fakeCrmDocument } from '../runtime/testing/fake-crm-document.ts';
import type { CommandContext } from './command-context.ts';
import { tryMethod } from './try.ts';
import type { TryOptions } from './try.ts';

const SECRET = 'client-secret-0815';
const TOKEN = 'issued-token-4711';

let crm: FakeCrm;
let directory: string;

beforeEach(async () => {
  crm = await startFakeCrm({ token: TOKEN, handler });
  directory = await mkdtemp(join(tmpdir(), 'patchcord-try-'));
});

afterEach(async () => {
  await crm.close();
  await rm(directory, { recursive: true });
});

/** A token endpoint and a login, both with one secret. */
const handler: FakeHandler = async (request, response) => {
  if (request.path !== '/token' && request.path !== '/login') return false;
  const isRight = request.body.toString().includes(SECRET);
  response.writeHead(isRight ? 200 : 401, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify(
      isRight
        ? { access_token: TOKEN, token_type: 'Bearer', expires_in: 3_600, instance: crm.origin }
        : { error: 'invalid_client', error_description: 'Who are you?' },
    ),
  );
  return true;
};

const OAUTH2 = {
  client_id: '$Client ID$',
  client_secret: '$Client Secret$',
  authorization_endpoint: '$Login URL$/authorize',
  token_endpoint: '$Login URL$/token',
};
const CREDENTIALS = { ...OAUTH2, flow: 'client_credentials' };
const PROPERTIES = [
  { label: 'Login URL', type: 'url' },
  { label: 'Client ID', type: 'text' },
  { label: 'Client Secret', type: 'secret' },
];
const LOGIN = {
  properties: [
    { label: 'Login URL', type: 'url' },
    { label: 'Password', type: 'secret' },
  ],
  resource_url: '$Login URL$',
  auth: {
    type: 'Session',
    request_method: 'POST',
    request_path: '/login',
    request_parameters: { password: '$Password$' },
    response_map: { access_token: '$session_token$' },
    present: { in: 'header', name: 'Authorization', value: 'Bearer $session_token$' },
  },
};

async function attempt(
  document: Readonly<Record<string, unknown>>,
  given: {
    readonly properties?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly options?: TryOptions;
  } = {},
): Promise<{ code: number; out: string }> {
  const source: Record<string, unknown> = {
    ...JSON.parse(fakeCrmDocument()),
    properties: PROPERTIES,
    resource_url: '$Login URL$',
    contact_url: '$Login URL$/contacts/$contact_id$',
    activity_url: '$Login URL$/calls/$activity_id$',
    ...document,
  };
  if ('OAuth2' in document) delete source['auth'];
  const usual =
    'OAuth2' in document
      ? { 'Client ID': 'client', 'Client Secret': SECRET }
      : { Password: SECRET };
  const properties = { 'Login URL': crm.origin, ...usual, ...given.properties };
  await writeFile(join(directory, 'crm.json'), JSON.stringify(source));
  await writeFile(join(directory, 'properties.json'), JSON.stringify(properties));
  const lines: string[] = [];
  const context: CommandContext = {
    env: given.env ?? {},
    directory,
    out: (line) => void lines.push(line),
    err: () => undefined,
    readInput: async () => '',
    exitWith: () => undefined,
  };
  const options = { properties: 'properties.json', allow: [crm.host], ...given.options };
  const code = await tryMethod('crm.json', 'Users', options, context);
  return { code, out: lines.join('\n') };
}

describe('try signs in for its run', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['by client credentials', { OAuth2: CREDENTIALS }, '/token'],
    ['by a login', LOGIN, '/login'],
  ])('%s', async (_name, document, path) => {
    const { code, out } = await attempt(document);

    expect(out).toContain('The sign-in:');
    expect(out).toContain(`> POST ${crm.origin}${path}`);
    expect(out).toContain('Bound 2 records:');
    expect(out).not.toContain(SECRET);
    expect(out).not.toContain(TOKEN);
    expect(code).toBe(0);
  });

  test('and again when the CRM refuses the token', async () => {
    crm.behave(
      '/users',
      (_request, response) => {
        response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
      },
      { times: 1 },
    );

    const { code, out } = await attempt({ OAuth2: CREDENTIALS });

    expect(code).toBe(0);
    expect(out).toContain('< 401 after');
    expect(crm.requests.map(({ path }) => path)).toEqual(['/token', '/users', '/token', '/users']);
  });

  test('with an address that comes with the sign-in', async () => {
    const { code, out } = await attempt({
      OAuth2: { ...CREDENTIALS, token_response_map: { instance: '$Instance$' } },
      hosts: ['127.0.0.1'],
      properties: [...PROPERTIES, { label: 'Instance', type: 'url', filled_by: 'sign_in' }],
      resource_url: '$Instance$',
    });

    expect(out).toContain(`> GET ${crm.origin}/users`);
    expect(code).toBe(0);
  });

  test('and says what the server answered when it is refused', async () => {
    const wrong = { properties: { 'Client Secret': 'wrong-secret-1234' } };

    const { code, out } = await attempt({ OAuth2: CREDENTIALS }, wrong);

    expect(code).toBe(1);
    expect(out).toContain('< 401 after');
    expect(out).toContain('The sign-in failed: The CRM does not accept the client id and secret.');
    expect(out).toContain('It says: "Who are you?"');
    expect(out).not.toContain('wrong-secret');
    expect(crm.requests.map(({ path }) => path)).toEqual(['/token']);
  });

  test('as JSON, without a secret', async () => {
    const options = { options: { json: true } };

    const { out } = await attempt({ OAuth2: CREDENTIALS }, options);

    expect(JSON.parse(out)).toMatchObject({
      sign_in: [{ request: { url: `${crm.origin}/token` }, response: { status: 200 } }],
      outcome: { kind: 'success' },
    });
    expect(out).not.toContain(TOKEN);
  });
});

describe('where a person must sign in', () => {
  test('it says how', async () => {
    await expect(attempt({ OAuth2: OAUTH2 })).rejects.toMatchObject({
      code: 'invalid_request',
      message: expect.stringMatching(/sign-in gives the page to open.*PATCHCORD_PROPERTY_ACCESS/s),
    });
    expect(crm.requests).toEqual([]);
  });

  test.each<[string, Parameters<typeof attempt>[1]]>([
    ['in the file of the properties', { properties: { access_token: TOKEN } }],
    ['in the environment', { env: { PATCHCORD_PROPERTY_ACCESS_TOKEN: TOKEN } }],
  ])('a token that they have does %s', async (_name, given) => {
    const { code, out } = await attempt({ OAuth2: OAUTH2 }, given);

    expect(code).toBe(0);
    expect(out).toContain('Bound 2 records:');
    expect(out).not.toContain(TOKEN);
  });
});
