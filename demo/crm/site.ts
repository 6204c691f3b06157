import type { IncomingMessage, ServerResponse } from 'node:http';

import { Refusal, sendJson } from './answer.ts';
import type { Crm } from './crm.ts';
import { changeHabits } from './habits/change-habits.ts';
import type { Habits } from './habits/habits.ts';
import { apiPage } from './pages/api-page.ts';
import { callPage } from './pages/call-page.ts';
import { callsPage } from './pages/calls-page.ts';
import { companiesPage } from './pages/companies-page.ts';
import { companyPage } from './pages/company-page.ts';
import { contactPage } from './pages/contact-page.ts';
import { contactsPage } from './pages/contacts-page.ts';
import { homePage } from './pages/home-page.ts';
import { ICON_SVG } from './pages/icon-file.ts';
import { inFrame, type Page } from './pages/layout.ts';
import { LIVE_SCRIPT } from './pages/live-script.ts';
import { problemPage } from './pages/problem-page.ts';
import { requestsPage } from './pages/requests-page.ts';
import { settingsPage } from './pages/settings-page.ts';
import { usersPage } from './pages/users-page.ts';
import type { MakePage } from './pages/view.ts';
import type { RequestLog } from './request-log.ts';
import { PAGE_HEADERS } from './page-headers.ts';
import { press } from './press.ts';
import { sendRecording } from './send-recording.ts';
import { STYLE } from './style/style.ts';

/** The pages by their path, in which `*` stands for the id of a record. */
const PAGES: Readonly<Record<string, MakePage>> = {
  '/': homePage,
  '/contacts': contactsPage,
  '/contacts/*': contactPage,
  '/companies': companiesPage,
  '/companies/*': companyPage,
  '/calls': callsPage,
  '/calls/*': callPage,
  '/users': usersPage,
  '/requests': requestsPage,
  '/settings': settingsPage,
  '/api': apiPage,
};

const FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/style.css': ['text/css; charset=utf-8', STYLE],
  '/live.js': ['text/javascript; charset=utf-8', LIVE_SCRIPT],
  '/icon.svg': ['image/svg+xml', ICON_SVG],
};

export interface SiteParts {
  readonly crm: Crm;
  readonly habits: Habits;
  readonly log: RequestLog;
  readonly timeZone: string;
  readonly tokenFile: string;
  readonly callCommand: string;
  /** Why there is no OAuth2; undefined when there is. */
  readonly withoutOAuth: string | undefined;
  readonly reset: () => Promise<void>;
}

export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Answers what people open and press: everything outside the API and the sign-in. */
export async function answerSite(parts: SiteParts, visit: Visit): Promise<void> {
  const { request, response, url } = visit;
  const path = url.pathname.length > 1 ? url.pathname.replace(/\/$/, '') : url.pathname;
  const [, folder = '', id = ''] = path.split('/');
  const file = FILES[path];
  if (path === '/habits') {
    await changeHabits(parts.habits, request, response);
  } else if (request.method === 'POST') {
    await press(parts, path, visit);
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new Refusal(405, 'Pages are read.');
  } else if (file !== undefined) {
    const [type, text] = file;
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': type }).end(text);
  } else if (path === '/changes') {
    response.writeHead(200, { ...PAGE_HEADERS, 'content-type': 'text/plain' }).end(stateOf(parts));
  } else if (path === '/arrived') {
    sendJson(response, 200, arrived(parts.crm, url.searchParams.get('started_at') ?? ''));
  } else if (folder === 'recordings') {
    const download = url.searchParams.has('download');
    sendRecording(parts.crm, { id, request, response, download }, PAGE_HEADERS);
  } else {
    const make = PAGES[id === '' ? path : `/${folder}/*`];
    const { crm, habits, log, tokenFile, callCommand, withoutOAuth } = parts;
    const page =
      make?.({
        ...{ crm, habits, log, tokenFile, callCommand, withoutOAuth },
        here: { now: crm.now, timeZone: parts.timeZone },
        origin: `http://${request.headers.host ?? ''}`,

        id: decodeURIComponent(id),
        query: url.searchParams,
      }) ?? problemPage(404, 'There is no such page, or its record is gone.');
    sendPage(parts, response, page);
  }
}

/** Sends a page in its frame. */
export function sendPage(parts: SiteParts, response: ServerResponse, page: Page): void {
  const text = inFrame(page, { habits: parts.habits, state: stateOf(parts) });
  response
    .writeHead(page.status ?? 200, { ...PAGE_HEADERS, 'content-type': 'text/html; charset=utf-8' })
    .end(text);
}

/** For the demo's phone: the call that began then. It needs no sign-in, and no habit stops it. */
function arrived(crm: Crm, startedAt: string): object {
  const call = crm.calls.find((candidate) => candidate.started_at === startedAt);
  if (call === undefined) throw new Refusal(404, 'No call that began then.');
  const { id, contact_id, status, recording } = call;
  return { id, contact_id, status, recorded: recording !== null };
}

/** Differs when anything that a page shows has changed. */
function stateOf({ crm, log, habits }: SiteParts): string {
  return `${crm.changes} ${log.count} ${JSON.stringify(habits.on)}`;
}
