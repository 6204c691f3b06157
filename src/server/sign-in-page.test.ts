import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { SIGN_IN_PAGE_HEADERS, signInPage } from './sign-in-page.ts';
import type { SignInEnding } from './sign-in-page.ts';

const POLICY = SIGN_IN_PAGE_HEADERS['content-security-policy'];

describe('the page after a sign-in', () => {
  test.each<[SignInEnding, string, string]>([
    ['connected', 'Support desk is connected', 'You can close this page.'],
    ['denied', 'Support desk is not connected', 'start the sign-in again'],
    ['expired', 'This sign-in took too long', 'Calls are kept'],
    ['used', 'This sign-in was used already', 'good once'],
    ['unknown_state', 'We do not know this sign-in', 'by way of the CRM'],
    ['wrong_account', 'That is another account', 'confirm at the connection'],
    ['unknown_account', 'Whose account is it?', 'confirm at the connection'],
    ['failed', 'Support desk could not be connected', 'When the cause is mended'],
  ])('says for %s what happened and what to do', (outcome, title, next) => {
    const page = signInPage({ outcome, message: 'So it was.', connectionName: 'Support desk' });

    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toContain('<p>So it was.</p>');
    expect(page).toContain(next);
  });

  test('has a name also where the connection is not known', () => {
    expect(signInPage({ outcome: 'failed', message: '' })).toContain(
      '<h1>The CRM could not be connected</h1>',
    );
  });

  test('escapes what others wrote', () => {
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(2)'>&amp;`;

    const page = signInPage({ outcome: 'failed', message: evil, connectionName: evil });

    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('&amp;amp;');
  });

  test('loads nothing but the style sheet that its policy names, and runs nothing', () => {
    const page = signInPage({ outcome: 'connected', message: '' });
    const style = /<style>([\s\S]*?)<\/style>/u.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');

    expect(POLICY).toContain(`style-src 'sha256-${hash}'`);
    expect(POLICY).toContain("default-src 'none'");
    expect(POLICY).not.toContain('unsafe');
    expect(page).not.toMatch(/<script|\son\w+=|style="|https?:/u);
    expect(SIGN_IN_PAGE_HEADERS['referrer-policy']).toBe('no-referrer');
  });
});
