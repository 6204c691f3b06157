import * as z from 'zod';
import { Connection } from './connections.ts';
import { defineEndpoint } from './endpoint.ts';
import { idOf, moment, noBody, noParams, noQuery } from './parts.ts';

const base = {
  resource: 'connections',
  scopes: ['admin', 'organization'],
  within: 'organization',
  params: z.object({ connection_id: idOf('connection') }),
  query: noQuery,
  body: noBody,
  bodyKind: 'none',
  status: 200,
} as const;

export const StartedSignIn = z
  .object({
    url: z.string().meta({
      description: 'The page of the CRM: open it in a browser. It is good once.',
      examples: ['https://login.crm.example.com/authorize?client_id=…&state=…'],
    }),
    expires_at: moment('Until then the person must have come back.'),
  })
  .meta({ id: 'StartedSignIn', description: 'Where a person signs in.' });

export const startSignIn = defineEndpoint({
  ...base,
  name: 'startSignIn',
  method: 'POST',
  path: '/v1/connections/{connection_id}/sign-in',
  summary: 'Get the page of the CRM where a person signs in',
  description:
    'For documents with `OAuth2` and a sign-in page. The CRM sends the person back to `PUBLIC_URL` and `/v1/sign-in/callback`: register that address there as redirect URI. Calls that waited are written once the person is back.',
  query: z.strictObject({
    return_to: z
      .string()
      .max(2_000)
      .optional()
      .meta({
        description:
          'Path of a page on this server, for instance of your portal behind the same proxy, to which the person is sent afterwards, with `sign_in` (how it ended) and `connection_id` in its query; no path of the API (`/v1`, `/hooks`). Without it a page says how it ended.',
        examples: ['/connections'],
      }),
  }),
  response: StartedSignIn,
  repeatable: true,
  problems: ['not_found', 'conflict'],
});

export const finishSignIn = defineEndpoint({
  ...base,
  name: 'finishSignIn',
  method: 'GET',
  path: '/v1/sign-in/callback',
  summary: 'Where the CRM sends people back to',
  description:
    'Browsers come here, nobody else. The answer is a page that says how the sign-in ended; 303 where the sign-in was started with `return_to`. A prefetch (`Sec-Purpose`) is answered with `conflict` and uses nothing up.',
  scopes: [],
  within: 'server',
  params: noParams,
  // RFC 6749, section 3.1: a member that comes twice counts as none.
  query: z.looseObject({
    state: once('Names the sign-in; good once, for 10 minutes.', 'mzVjJ3…'),
    code: once('What the CRM gives for a token (RFC 6749, section 4.1.2).', 'SplxlOBe…'),
    error: once('Why there is no code (RFC 6749, section 4.1.2.1).', 'access_denied'),
  }),
  responseType: 'text/html; charset=utf-8',
  response: z.string().meta({ description: 'A page of HTML.', examples: ['<!doctype html>'] }),
  redirects: true,
  once: true,
  problems: ['conflict'],
});

export const confirmAccount = defineEndpoint({
  ...base,
  name: 'confirmAccount',
  method: 'POST',
  path: '/v1/connections/{connection_id}/sign-in/confirm-account',
  summary: 'Go on with another account of the CRM',
  description:
    'After a sign-in with another account than before (`sign_in.offered_account`). From now on calls are written there, waiting ones too; check the user links.',
  response: Connection,
  repeatable: true,
  problems: ['not_found', 'conflict'],
});

export const forgetSignIn = defineEndpoint({
  ...base,
  name: 'forgetSignIn',
  method: 'DELETE',
  path: '/v1/connections/{connection_id}/sign-in',
  summary: 'Forget the sign-in at the CRM',
  description:
    'Tokens and account are removed here; to end the access at the CRM, take it away there too. Calls wait until somebody signs in.',
  response: Connection,
  problems: ['not_found', 'conflict'],
});

function once(description: string, example: string) {
  return z
    .string()
    .optional()
    .catch(undefined)
    .meta({ description, examples: [example] });
}
