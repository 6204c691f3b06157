import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import { contextOf } from '../testing/render-request.ts';
import { oauth2Of, WITHOUT_PAGE } from '../testing/sign-in.ts';

const PROPERTIES = ['Client ID', 'Client Secret', 'Key', 'Key ID', 'Person', 'Company'];
const VALUES = {
  'Client ID': 'app-1',
  'Client Secret': 's',
  Key: 'PEM',
  Person: 'bob@crm.example',
};

function assertionOf(
  assertion: JsonObject,
  properties: Readonly<Record<string, string>> = VALUES,
  changes: JsonObject = {},
) {
  const oauth2 = {
    ...WITHOUT_PAGE,
    flow: 'jwt_bearer',
    assertion: { private_key: '$Key$', ...assertion },
    ...changes,
  };
  const signIn = oauth2Of(oauth2, { properties: PROPERTIES });
  return signIn.assertion?.(contextOf({ properties }));
}

describe('an assertion', () => {
  test('says who, for whom and to whom', () => {
    const assertion = {
      issuer: 'service@crm.example',
      subject: '$Person$',
      audience: 'https://login.example',
      scope: 'api calls',
    };

    expect(assertionOf(assertion)).toEqual({
      status: 'assertion',
      assertion: {
        algorithm: 'RS256',
        privateKey: 'PEM',
        claims: {
          iss: 'service@crm.example',
          sub: 'bob@crm.example',
          aud: 'https://login.example',
          scope: 'api calls',
        },
        lifetimeSeconds: 180,
      },
    });
  });

  test('is from the client to the token endpoint where it does not say', () => {
    expect(assertionOf({})).toMatchObject({
      assertion: { claims: { iss: 'app-1', aud: 'https://login.example/token' } },
    });
  });

  test('has the key id, algorithm and lifetime of the document', () => {
    const assertion = { key_id: '$Key ID$', algorithm: 'ES256', lifetime_seconds: 3600 };

    expect(assertionOf(assertion, { ...VALUES, 'Key ID': 'k-1' })).toMatchObject({
      assertion: { keyId: 'k-1', algorithm: 'ES256', lifetimeSeconds: 3600 },
    });
  });

  test('may have claims of its own, which beat none of the standard ones', () => {
    const claims = {
      box_sub_type: 'enterprise',
      level: 3,
      deep: true,
      company: '$Company$',
      iss: 'x',
      _note: 'x',
    };

    const found = assertionOf({ claims });

    expect(found?.status === 'assertion' && found.assertion.claims).toStrictEqual({
      box_sub_type: 'enterprise',
      level: 3,
      deep: true,
      iss: 'app-1',
      aud: 'https://login.example/token',
    });
  });

  test.each([
    [{ subject: '$Person$' }, 'Person'],
    [{ private_key: '$Key$' }, 'Key'],
  ])('tells what is missing: %j', (assertion, name) => {
    expect(assertionOf(assertion, { ...VALUES, [name]: '' })).toEqual({
      status: 'missing_value',
      name,
    });
  });

  test('needs no client where it has an issuer', () => {
    const { client_id: _id, client_secret: _secret, ...rest } = WITHOUT_PAGE;
    const assertion = { private_key: '$Key$', issuer: 'me', audience: 'them' };
    const signIn = oauth2Of({ ...rest, flow: 'jwt_bearer', assertion }, { properties: ['Key'] });
    const context = contextOf({ properties: { Key: 'PEM' } });

    expect(signIn.assertion?.(context)).toMatchObject({
      assertion: { claims: { iss: 'me', aud: 'them' } },
    });
    expect(signIn.token.render(context, { grant_type: 'g', assertion: 'j' })).toMatchObject({
      status: 'request',
      request: { body: { chunks: ['grant_type=g&assertion=j'] } },
    });
  });
});
