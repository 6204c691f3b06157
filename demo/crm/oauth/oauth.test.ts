import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCrm, type RunningCrm } from '../testing/running-crm.ts';
import { CLIENT_ID, CLIENT_SECRET } from './client.ts';

/** Where the application of the test would listen; nobody asks there. */
const REDIRECT_URI = 'http://127.0.0.1:4321/v1/sign-in/callback';
const VERIFIER = 'a-verifier-of-at-least-forty-three-characters-in-length';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly error?: string;
}

let running: RunningCrm;

beforeEach(async () => {
  running = await runCrm({ now: Date.now });
});
afterEach(() => running.close());

/** A browser that keeps cookies and does not follow by itself. */
function openBrowser(): (path: string, form?: Readonly<Record<string, string>>) => Promise<Visit> {
  const cookies = new Map<string, string>();
  return async (path, form) => {
    const url = new URL(path, running.origin);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return {
      status: answer.status,
      location: answer.headers.get('location') ?? '',
      policy: answer.headers.get('content-security-policy') ?? '',
      text: await answer.text(),
    };
  };
}

interface Visit {
  readonly status: number;
  readonly location: string;
  readonly policy: string;
  readonly text: string;
}

function authorizationPath(changes: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    scope: 'crm',
    state: 'state-1',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  });
  return `/oauth/auth?${query.toString()}`;
}

/** Signs Tom in and agrees, or does not; gives the query that the application gets. */
async function authorize(act: 'allow' | 'deny'): Promise<URLSearchParams> {
  const visit = openBrowser();
  const asked = await visit(authorizationPath());
  const signedIn = await visit(asked.location, {
    act: 'sign-in',
    email: 'tom@demo.example',
    password: 'demo',
  });
  const resumed = await visit(signedIn.location);
  const agreed = await visit(resumed.location, { act });
  const back = await visit(agreed.location);
  return new URL(back.location).searchParams;
}

async function askForTokens(
  fields: Readonly<Record<string, string>>,
): Promise<{ status: number; tokens: Tokens }> {
  const body = new URLSearchParams({
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    ...fields,
  });
  const answer = await fetch(`${running.origin}/oauth/token`, { method: 'POST', body });
  // The tests compare what they read, so a wrong shape fails them.
  return { status: answer.status, tokens: (await answer.json()) as Tokens };
}

async function signIn(): Promise<Tokens> {
  const code = (await authorize('allow')).get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
  return (await askForTokens({ ...fields, code_verifier: VERIFIER })).tokens;
}

const asUser = (token: string) =>
  running.ask('GET', '/api/me', { headers: { authorization: `Bearer ${token}` } });
const refresh = (refresh_token: string) =>
  askForTokens({ grant_type: 'refresh_token', refresh_token });

describe('OAuth2 in the demo CRM', () => {
  it('lets a person sign in, agree, and an application work in the name of the person', async () => {
    const tokens = await signIn();
    const me = await asUser(tokens.access_token);

    expect(tokens.expires_in).toBe(3_600);
    expect(me.body).toMatchObject({ sign_in: 'OAuth2', user: { id: 'u-202' } });
  });

  it('sends a person who does not agree back with the reason and the state', async () => {
    const query = await authorize('deny');

    expect([query.get('error'), query.get('state'), query.get('code')]).toEqual([
      'access_denied',
      'state-1',
      null,
    ]);
  });

  it('rotates refresh tokens, and takes an old one for theft', async () => {
    const first = await signIn();
    const second = await refresh(first.refresh_token);
    const again = await refresh(first.refresh_token);
    const after = await asUser(second.tokens.access_token);

    expect(second.tokens.refresh_token).not.toBe(first.refresh_token);
    expect([again.status, again.tokens.error]).toEqual([400, 'invalid_grant']);
    expect(after.status).toBe(401);
  });

  it('gives out short-lived tokens while that habit is on', async () => {
    running.habits.set('short_tokens', { times: null, percent: 100, only: '', seconds: 7 });

    const tokens = await signIn();

    expect(tokens.expires_in).toBe(7);
  });

  it('loses the answer of a refresh that it carried out', async () => {
    const { refresh_token } = await signIn();
    running.habits.set('lost_answer', { times: 1, percent: 100, only: '/oauth/token' });

    await expect(refresh(refresh_token)).rejects.toThrow('fetch failed');
    const again = await refresh(refresh_token);

    expect(again.tokens.error).toBe('invalid_grant');
  });

  it.each([
    ['a site elsewhere', { redirect_uri: 'https://elsewhere.example/callback' }],
    ['another application', { client_id: 'unknown' }],
  ])('sends nobody to %s', async (_name, changes) => {
    const answer = await openBrowser()(authorizationPath(changes));

    expect([answer.status, answer.location]).toEqual([400, '']);
  });

  it('wants PKCE', async () => {
    const query = { code_challenge: '', code_challenge_method: '' };
    const answer = await openBrowser()(authorizationPath(query));

    expect(new URL(answer.location).searchParams.get('error')).toBe('invalid_request');
  });

  it('shows the page of the sign-in again after a wrong password', async () => {
    const visit = openBrowser();
    const { location } = await visit(authorizationPath());
    const page = await visit(location, { act: 'sign-in', email: '"><b>', password: 'wrong' });

    expect(page.status).toBe(401);
    expect(page.text).toContain('The e-mail address or the password is wrong.');
    expect(page.text).not.toContain('"><b>');
    expect(page.policy).toContain("default-src 'none'");
  });

  it('says so when a sign-in took too long or was used', async () => {
    const page = await openBrowser()('/sign-in/unknown');

    expect([page.status, page.text.includes('took too long')]).toEqual([400, true]);
  });
});
