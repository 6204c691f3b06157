import type { IncomingHttpHeaders } from 'node:http';

import { Refusal } from '../answer.ts';
import type { Crm } from '../crm.ts';
import type { User } from '../records.ts';
import { checkPassword, isSame, type Sessions } from './sessions.ts';

export type SignInKind = 'Bearer' | 'Basic' | 'OAuth2' | 'Session';

/** Who asks, and how that is known; a Bearer token is the whole CRM's and nobody's own. */
export interface Identity {
  readonly kind: SignInKind;
  readonly user: User | undefined;
}

export interface SignInParts {
  readonly crm: Crm;
  /** The API token. */
  readonly token: string;
  readonly sessions: Sessions;
  /** The id of the user to whom an OAuth2 access token was given. */
  readonly findAccessToken: (token: string) => Promise<string | undefined>;
}

/** Says who asks by `Authorization` or `X-Session`; throws a 401 refusal. */
export async function identify(
  headers: IncomingHttpHeaders,
  { crm, token, sessions, findAccessToken }: SignInParts,
): Promise<Identity> {
  const session = headers['x-session'];
  if (typeof session === 'string') {
    const user = sessions.find(session);
    if (user !== undefined) return { kind: 'Session', user };
    throw new Refusal(401, 'The session has ended or never was. Sign in again.');
  }
  const [word = '', credentials = ''] = (headers.authorization ?? '').split(' ');
  switch (word.toLowerCase()) {
    case 'bearer': {
      if (isSame(credentials, token)) return { kind: 'Bearer', user: undefined };
      const userId = await findAccessToken(credentials);
      if (userId !== undefined) return { kind: 'OAuth2', user: crm.user(userId) };
      throw new Refusal(401, 'The token is wrong, expired or revoked.');
    }
    case 'basic': {
      const [email = '', ...rest] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
      const user = checkPassword(crm.users, email, rest.join(':'));
      if (user !== undefined) return { kind: 'Basic', user };
      throw new Refusal(401, 'The e-mail address or the password is wrong.');
    }
    default:
      throw new Refusal(401, 'Sign in: Bearer, Basic, OAuth2 or a session. See /api.');
  }
}
