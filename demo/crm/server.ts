import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { readBody, Refusal, sendJson } from './answer.ts';
import { createApi } from './api/api.ts';
import { createSessions } from './api/sessions.ts';
import type { Crm } from './crm.ts';
import { createHabits, type Habits } from './habits/habits.ts';
import { refuseByHabit } from './habits/refuse-by-habit.ts';
import { createOAuth } from './oauth/oauth.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { problemPage } from './pages/problem-page.ts';
import { createRequestLog } from './request-log.ts';
import { answerSite, sendPage, type SiteParts } from './site.ts';

export interface CrmServerOptions {
  readonly crm: Crm;
  /** The API token. */
  readonly token: string;
  /** Where the pages say that the token is. */
  readonly tokenFile: string;
  /** Where OAuth2 keeps what it gave out. */
  readonly folder: string;
  /** The command line that places a demo call. */
  readonly callCommand: string;
  /** IANA name of the zone in which the pages say times. */
  readonly timeZone: string;
  /** Numbers from 0 up to 1, for habits that strike by percentage. */
  readonly random: () => number;
}

/** The demo CRM's web server, and its switches. */
export interface CrmServer {
  readonly server: Server;
  readonly habits: Habits;
}

/** One request and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/**
 * Makes the server, which the caller lets listen on this machine: pages for whoever sits here, the API
 * behind its sign-in, and OAuth2.
 */
export function createCrmServer(options: CrmServerOptions): CrmServer {
  const { crm, token, tokenFile, folder, callCommand, timeZone, random } = options;
  const now = (): number => crm.now;
  const habits = createHabits(random);
  const log = createRequestLog(now);
  const oauth = createOAuth({ origin, folder, now, crm, habits });
  const sessions = createSessions(now);
  const { findAccessToken } = oauth;
  const api = createApi({ crm, token, sessions, habits, findAccessToken });
  const withoutOAuth = oauth.isInstalled ? undefined : oauth.howToInstall;
  const site: SiteParts = {
    ...{ crm, habits, log, timeZone, tokenFile, callCommand, withoutOAuth },
    async reset() {
      crm.reset();
      habits.clear();
      log.clear();
      await oauth.signEverybodyOut();
    },
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://demo.invalid');
    answer({ request, response, url }).catch((err: unknown) => {
      refuse(err, { request, response, url }, site);
    });
  });
  return { server, habits };

  function origin(): string {
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  async function answer(exchange: Exchange): Promise<void> {
    const { request, response, url } = exchange;
    refuseForeignHost(request);
    const asked = { method: request.method ?? 'GET', path: url.pathname };
    if (url.pathname.startsWith('/api/')) {
      const body = await readBody(request);
      log.follow({ ...exchange, body });
      if (!refuseByHabit(habits, asked, response)) await api({ ...exchange, body });
    } else if (url.pathname.startsWith('/oauth/')) {
      log.follow({ ...exchange, body: Buffer.alloc(0) });
      if (!refuseByHabit(habits, asked, response)) await oauth.answer(exchange);
    } else if (url.pathname.startsWith('/sign-in/')) {
      await oauth.answerPerson(exchange);
    } else {
      await answerSite(site, exchange);
    }
  }
}

/** Sends what was refused: as JSON to programs, as a page to people. */
function refuse(err: unknown, { request, response, url }: Exchange, site: SiteParts): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const refusal = err instanceof URIError ? new Refusal(400, 'The address is malformed.') : err;
  const status = refusal instanceof Refusal ? refusal.status : 500;
  const message = refusal instanceof Error ? refusal.message : 'unknown';
  const wantsPage = request.headers.accept?.includes('text/html') === true;
  if (wantsPage && !url.pathname.startsWith('/api/')) {
    sendPage(site, response, problemPage(status, message));
    return;
  }
  if (status === 401) response.setHeader('www-authenticate', 'Bearer, Basic realm="Demo CRM"');
  for (const [name, value] of Object.entries(PAGE_HEADERS)) response.setHeader(name, value);
  const details = refusal instanceof Refusal ? refusal.details : {};
  sendJson(response, status, { error: message, ...details });
}

/** A name that somebody else lets point at this machine must not open these pages to their site. */
function refuseForeignHost({ headers }: IncomingMessage): void {
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '')) {
    throw new Refusal(421, 'The demo CRM answers to 127.0.0.1 and localhost only.');
  }
}
