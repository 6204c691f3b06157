import * as z from 'zod';
import { moment } from './parts.ts';

export const SignInAccount = z
  .object({
    id: z
      .string()
      .nullable()
      .meta({ description: 'Its id at the CRM.', examples: ['00D5e0001'] }),
    name: z
      .string()
      .nullable()
      .meta({ description: 'Its name there.', examples: ['Acme Ltd'] }),
  })
  .meta({ id: 'SignInAccount', description: 'The account of the CRM that somebody signed in to.' });

/** How a connection is signed in at its CRM. */
export const SignIn = z
  .object({
    by: z.enum(['person', 'credentials']).meta({
      description:
        '`person`: somebody opens a page of the CRM (`POST …/sign-in` gives it). `credentials`: the connection signs in by itself with its properties.',
    }),
    state: z.enum(['none', 'signed_in', 'needs_auth']).meta({
      description:
        '`none`: it has not signed in yet, and does so with its first call. `needs_auth`: calls wait until somebody signs in or mends the credentials.',
    }),
    account: SignInAccount.nullable().meta({ description: 'Null where the CRM did not say.' }),
    offered_account: SignInAccount.nullable().meta({
      description:
        'Another account that somebody signed in with, or one of which the CRM did not say whose it is (`id` and `name` are null): nothing was changed. `POST …/sign-in/confirm-account` takes it, a new sign-in with the old account drops it.',
    }),
    since: moment('When it signed in.').nullable(),
    expires_at: moment(
      'When the access token ends; it is renewed before. Null: the CRM did not say.',
    ).nullable(),
    refreshed_at: moment('When the last token came.').nullable(),
    message: z
      .string()
      .nullable()
      .meta({ description: 'Why it needs a person, or what the last try came to.' }),
  })
  .meta({ id: 'SignIn', description: 'The sign-in of a connection; never a token.' });
