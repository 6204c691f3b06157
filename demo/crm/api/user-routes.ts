import { readMember, Refusal } from '../answer.ts';
import type { Route } from './route.ts';
import { checkPassword, SESSION_SECONDS } from './sessions.ts';

const NADIA = {
  id: 'u-201',
  name: 'Nadia Rahman',
  email: 'nadia@demo.example',
  extension: '201',
};

export const USER_ROUTES: readonly Route[] = [
  {
    name: 'GET /api/me',
    does: 'Says which account you are signed in to, how, and as whom.',
    gives: { account: { id: 'demo-crm', name: 'Demo CRM' }, sign_in: 'OAuth2', user: NADIA },
    answer: ({ identity }) => [
      200,
      {
        account: { id: 'demo-crm', name: 'Demo CRM' },
        sign_in: identity?.kind,
        user: identity?.user ?? null,
      },
    ],
  },
  {
    name: 'GET /api/users',
    does: 'Lists the users.',
    gives: { users: [NADIA] },
    answer: ({ crm }) => [200, { users: crm.users }],
  },
  {
    name: 'POST /api/session',
    does: 'Signs a user in with e-mail address and password; send the token as X-Session.',
    takes: { sign_in: { email: 'nadia@demo.example', password: 'demo' } },
    gives: { session: { token: 'q1xk…', user_id: 'u-201', expires_in: SESSION_SECONDS } },
    isOpen: true,
    answer({ crm, sessions, body }) {
      const { email, password } = readMember(body, 'sign_in');
      const user =
        typeof email === 'string' && typeof password === 'string'
          ? checkPassword(crm.users, email, password)
          : undefined;
      if (user === undefined) {
        throw new Refusal(401, 'The e-mail address or the password is wrong.');
      }
      const session = { token: sessions.open(user), user_id: user.id, expires_in: SESSION_SECONDS };
      return [201, { session }];
    },
  },
];
