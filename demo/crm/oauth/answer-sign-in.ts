import type { IncomingMessage, ServerResponse } from 'node:http';

import { readBody } from '../answer.ts';
import { checkPassword } from '../api/sessions.ts';
import type { User } from '../records.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { consentPage, signInPage, signInProblem } from './sign-in-pages.ts';

/**
 * Shows the page of a sign-in under way and takes what the person answers. `send` sends a page that
 * may lead to the application.
 */
export async function answerSignIn(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  {
    server,
    users,
    send,
  }: {
    server: AuthorizationServer;
    users: readonly User[];
    send: (status: number, page: string) => void;
  },
): Promise<void> {
  const interaction = await server.interaction(request, response).catch(() => undefined);
  if (interaction === undefined) {
    send(400, signInProblem('This sign-in took too long, or was used already.'));
    return;
  }
  const { uid, prompt, session, params } = interaction;
  const exchange = { request, response };
  const user = users.find((candidate) => candidate.id === session?.accountId);
  if (request.method !== 'POST') {
    const [first] = users;
    const page =
      prompt.name === 'login' || user === undefined
        ? signInPage(uid, { users, email: first?.email ?? '' })
        : consentPage(uid, { user, site: siteOf(String(params['redirect_uri'])) });
    send(200, page);
    return;
  }
  const form = new URLSearchParams((await readBody(request)).toString('utf8'));
  switch (form.get('act')) {
    case 'deny':
      return server.deny(exchange);
    case 'allow':
      return server.allow(exchange, interaction);
    default: {
      const email = form.get('email') ?? '';
      const signedIn = checkPassword(users, email, form.get('password') ?? '');
      if (signedIn !== undefined) return server.signIn(exchange, signedIn);
      const message = 'The e-mail address or the password is wrong.';
      send(401, signInPage(uid, { users, email, message }));
    }
  }
}

function siteOf(address: string): string {
  return URL.canParse(address) ? new URL(address).host : 'Patchcord';
}
