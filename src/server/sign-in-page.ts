import { LOOK } from '../contract/look.ts';
import { asHtml, html } from '../text/html.ts';
import type { Html } from '../text/html.ts';
import { pageHeaders } from './page-headers.ts';

/** How a person came back from the CRM's sign-in page. */
export type SignInEnding =
  | ('connected' | 'denied' | 'expired' | 'used' | 'unknown_state')
  | ('wrong_account' | 'unknown_account' | 'failed');

export interface ReturnedPerson {
  readonly outcome: SignInEnding;
  /** What happened, for people; may repeat words of the CRM. */
  readonly message: string;
  readonly connectionName?: string;
}

interface Words {
  readonly tone: 'done' | 'waits' | 'refused';
  readonly title: (connection: string) => string;
  readonly next: string;
}

/** In words of one screen: what it is called, and what to do next. */
const WORDS: Readonly<Record<SignInEnding, Words>> = {
  connected: {
    tone: 'done',
    title: (connection) => `${connection} is connected`,
    next: 'Calls that waited are written now, oldest first. You can close this page.',
  },
  denied: {
    tone: 'waits',
    title: (connection) => `${connection} is not connected`,
    next: 'Nothing was changed. To connect, start the sign-in again and agree there; calls are kept until then.',
  },
  expired: {
    tone: 'waits',
    title: () => 'This sign-in took too long',
    next: 'Nothing was changed. Calls are kept until the connection is signed in.',
  },
  used: {
    tone: 'waits',
    title: () => 'This sign-in was used already',
    next: 'The address is good once; opening it again changed nothing.',
  },
  unknown_state: {
    tone: 'refused',
    title: () => 'We do not know this sign-in',
    next: 'Nothing was changed. Come here by way of the CRM, not by an address that was kept.',
  },
  wrong_account: {
    tone: 'waits',
    title: () => 'That is another account',
    next: 'Sign in again with the account of before, or confirm at the connection that the new one is meant. Calls are kept until then.',
  },
  unknown_account: {
    tone: 'waits',
    title: () => 'Whose account is it?',
    next: 'Sign in again later, when the CRM says whose it is, or confirm at the connection that this sign-in is meant. The sign-in of before goes on until then.',
  },
  failed: {
    tone: 'refused',
    title: (connection) => `${connection} could not be connected`,
    next: 'Nothing was changed. When the cause is mended, start the sign-in again; calls are kept until then.',
  },
};

const STYLE = `${LOOK}
body { display: grid; min-height: 100vh; place-items: center; padding: 16px; background: var(--panel); }
main {
  width: 100%; max-width: 480px; padding: 24px; background: var(--page);
  border: 1px solid var(--line); border-top: 4px solid var(--tone); border-radius: 4px;
}
main.done { --tone: var(--done); }
main.waits { --tone: var(--waits); }
main.refused { --tone: var(--refused); }
h1, p { overflow-wrap: anywhere; }
.next { margin: 16px 0 0; padding: 12px; background: var(--sunk); border-radius: 4px; }
.name { margin: 24px 0 0; color: var(--muted); font-size: 12px; line-height: 16px; }
`;

/** Headers of the page: its own style sheet alone, no scripts, and no address told to anybody. */
export const SIGN_IN_PAGE_HEADERS = {
  ...pageHeaders(STYLE),
  'referrer-policy': 'no-referrer',
};

/** The page that a person sees who comes back from the CRM. Everything from outside is escaped. */
export function signInPage({ outcome, message, connectionName }: ReturnedPerson): string {
  const { tone, title, next } = WORDS[outcome];
  const heading = title(connectionName ?? 'The CRM');
  return `<!doctype html>\n${page(heading, { tone, message, next }).html}\n`;
}

function page(
  heading: string,
  {
    tone,
    message,
    next,
  }: { readonly tone: string; readonly message: string; readonly next: string },
): Html {
  return html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${heading} – Patchcord</title>
      ${asHtml(`<style>${STYLE}</style>`)}
    </head>
    <body>
      <main class="${tone}">
        <h1>${heading}</h1>
        <p>${message}</p>
        <p class="next">${next}</p>
        <p class="name">Patchcord</p>
      </main>
    </body>
  </html>`;
}
