import type { IncomingMessage, ServerResponse } from 'node:http';

import { pause, Refusal, sendJson } from '../answer.ts';
import type { Habits } from '../habits/habits.ts';
import { CALL_ROUTES } from './call-routes.ts';
import { COMPANY_ROUTES } from './company-routes.ts';
import { CONTACT_ROUTES } from './contact-routes.ts';
import type { Reply, Route } from './route.ts';
import { identify, type SignInParts } from './sign-in.ts';
import { USER_ROUTES } from './user-routes.ts';

/** The whole API, in the order of its page. */
export const API_ROUTES: readonly Route[] = [
  ...USER_ROUTES,
  ...CONTACT_ROUTES,
  ...COMPANY_ROUTES,
  ...CALL_ROUTES,
];

/** A request below `/api` whose body was read. */
export interface ApiRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly body: Buffer;
}

export type Api = (asked: ApiRequest) => Promise<void>;

/**
 * Makes what answers requests below `/api`, with whatever sign-in they carry and the habits that are
 * on. What is refused is thrown as a `Refusal`.
 */
export function createApi(parts: SignInParts & { readonly habits: Habits }): Api {
  const { crm, sessions, habits } = parts;
  return async ({ request, response, url, body }) => {
    const method = request.method ?? 'GET';
    const path = url.pathname;
    const asked = { method, path };
    const { route, id } = routeOf(method, path);
    const identity = route.isOpen === true ? undefined : await identify(request.headers, parts);
    if (identity !== undefined && habits.strikes('expired_token', asked) !== undefined) {
      throw new Refusal(401, 'The token has expired.');
    }
    refuseUnknownFilters(route, url.searchParams, () => habits.strikes('ignored_filter', asked));
    const contentType = request.headers['content-type'] ?? '';
    const query = url.searchParams;
    const shared = { crm, habits, sessions, method, path };
    const reply = await route.answer({ ...shared, query, id, contentType, body, identity });
    if (method !== 'GET' && habits.strikes('lost_answer', asked) !== undefined) {
      response.destroy();
      return;
    }
    const wait = habits.strikes('slow', asked);
    if (wait !== undefined) await pause(response, wait);
    send(response, reply);
  };
}

function routeOf(method: string, path: string): { readonly route: Route; readonly id: string } {
  const [, , resource = '', id, ...rest] = path.split('/');
  const pattern = ['/api', resource, ...(id === undefined ? [] : ['*']), ...rest].join('/');
  const route = API_ROUTES.find(({ name }) => name === `${method} ${pattern}`);
  if (route === undefined) throw new Refusal(404, `There is no ${method} ${path}. See /api.`);
  return { route, id: decodeURIComponent(id ?? '') };
}

/** A filter that is misspelt must not return everybody; some CRMs do just that, and so does the habit. */
function refuseUnknownFilters(
  { query = {}, name }: Route,
  given: URLSearchParams,
  areIgnored: () => number | undefined,
): void {
  const unknown = [...given.keys()].find((key) => !Object.hasOwn(query, key));
  if (unknown !== undefined && areIgnored() === undefined) {
    throw new Refusal(400, `${name} knows no filter "${unknown}".`);
  }
}

function send(response: ServerResponse, reply: Reply): void {
  if ('file' in reply) {
    response.writeHead(200, reply.headers).end(reply.file);
  } else {
    sendJson(response, reply[0], reply[1]);
  }
}
