import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';

import { Refusal } from '../answer.ts';
import type { Crm } from '../crm.ts';
import type { Habits } from '../habits/habits.ts';
import { SIGN_IN_HEADERS } from '../page-headers.ts';
import { answerSignIn } from './answer-sign-in.ts';
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.ts';

const PACKAGE = 'oidc-provider';

/** OAuth2 as the demo CRM's server needs it. The authorization server starts when it is first needed. */
export interface OAuth {
  readonly isInstalled: boolean;
  readonly howToInstall: string;
  /** Answers programs and browsers below `/oauth`. */
  answer(exchange: Exchange): Promise<void>;
  /** Answers the person who signs in, below `/sign-in`. */
  answerPerson(exchange: Exchange): Promise<void>;
  /** The id of the user whose token it is, if it counts. */
  findAccessToken(token: string): Promise<string | undefined>;
  signEverybodyOut(): Promise<void>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Makes OAuth2 for the CRM at `origin()`, which is known once its server listens. */
export function createOAuth(parts: {
  readonly origin: () => string;
  readonly folder: string;
  readonly now: () => number;
  readonly crm: Crm;
  readonly habits: Habits;
}): OAuth {
  const { origin, folder, now, crm, habits } = parts;
  const isInstalled = canResolve(PACKAGE);
  const howToInstall = `OAuth2 needs the package ${PACKAGE}, which a checkout of Patchcord has after "npm ci".`;
  let running: Promise<AuthorizationServer> | undefined;
  const start = (): Promise<AuthorizationServer> => {
    if (!isInstalled) throw new Refusal(501, howToInstall);
    // The habit concerns what is given out, whichever path was asked for it.
    const shortLife = (): number | undefined =>
      habits.strikes('short_tokens', { method: 'POST', path: '/api/' });
    running ??= startAuthorizationServer({
      ...{ folder, now, shortLife },
      origin: origin(),
      users: () => crm.users,
    });
    return running;
  };
  return {
    isInstalled,
    howToInstall,
    async answer({ request, response, url }) {
      const server = await start();
      const asked = { method: request.method ?? 'GET', path: url.pathname };
      if (asked.method === 'POST' && habits.strikes('lost_answer', asked) !== undefined) {
        loseAnswer(response);
      }
      await server.handle(request, response);
    },
    async answerPerson({ request, response }) {
      const server = await start();
      const send = (status: number, page: string): void => {
        const headers = { ...SIGN_IN_HEADERS, 'content-type': 'text/html; charset=utf-8' };
        response.writeHead(status, headers).end(page);
      };
      await answerSignIn({ request, response }, { server, users: crm.users, send });
    },
    findAccessToken: async (token) =>
      isInstalled ? (await start()).findAccessToken(token) : undefined,
    async signEverybodyOut() {
      if (isInstalled) (await start()).signEverybodyOut();
    },
  };
}

/** The request is carried out to its end; what would be the answer cuts the connection. */
function loseAnswer(response: ServerResponse): void {
  response.end = () => response.destroy();
}

function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
