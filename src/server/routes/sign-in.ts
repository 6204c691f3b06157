import { readConnection } from '../../connections/connection-view.ts';
import type { ViewDeps } from '../../connections/connection-view.ts';
import type { SignIns } from '../../connections/sign-in/sign-ins.ts';
import { confirmAccount, finishSignIn, forgetSignIn, startSignIn } from '../../contract/sign-in.ts';
import { AppError } from '../../errors/app-error.ts';
import { route } from '../route.ts';
import type { RequestContext, Route } from '../route.ts';
import { SIGN_IN_PAGE_HEADERS, signInPage } from '../sign-in-page.ts';
import { answerConnection } from './present-connection.ts';
import { actorOf, iso } from './present.ts';

export interface SignInRouteDeps extends ViewDeps {
  readonly signIns: SignIns;
  /** Told when work may go on. */
  readonly wake: () => void;
}

/** How people sign a connection in at its CRM. */
export function signInRoutes(deps: SignInRouteDeps): readonly Route[] {
  const { signIns } = deps;
  return [
    route(startSignIn, async ({ params, query }, context) => {
      const started = await signIns.startAuthorization(context.scope(), params.connection_id, {
        actor: actorOf(context),
        returnTo: query.return_to,
      });
      return { body: { url: started.url, expires_at: iso(started.expiresAt) } };
    }),
    route(finishSignIn, async ({ query }, context) => {
      if (isAhead(context)) throw new AppError('conflict', AHEAD);
      const ended = await signIns.finishAuthorization(textsOf(query));
      if (ended.outcome === 'connected') deps.wake();
      if (ended.returnTo === undefined) {
        return { body: signInPage(ended), headers: SIGN_IN_PAGE_HEADERS };
      }
      return {
        body: '',
        headers: { 'referrer-policy': 'no-referrer' },
        seeOther: backTo(ended.returnTo, {
          sign_in: ended.outcome,
          connection_id: ended.connectionId,
        }),
      };
    }),
    route(confirmAccount, async ({ params }, context) => {
      const scope = context.scope();
      await signIns.confirmAccount(scope, params.connection_id, actorOf(context));
      deps.wake();
      return await answerConnection(
        deps,
        scope,
        await readConnection(deps, scope, params.connection_id),
      );
    }),
    route(forgetSignIn, async ({ params }, context) => {
      const scope = context.scope();
      await signIns.signOut(scope, params.connection_id, actorOf(context));
      return await answerConnection(
        deps,
        scope,
        await readConnection(deps, scope, params.connection_id),
      );
    }),
  ];
}

const AHEAD =
  'A browser asked for this page ahead of a person, and nothing was done: open it to end the sign-in.';

/** True where nobody may ever see the answer (Fetch standard, section "Sec-Purpose"). */
function isAhead({ header }: RequestContext): boolean {
  return ['sec-purpose', 'purpose', 'x-moz'].some((name) =>
    /\bprefetch\b/i.test(header(name) ?? ''),
  );
}

/** Members that came once; RFC 6749, section 3.1: none may come twice. */
function textsOf(query: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

/** The path with more members in its query, before a fragment. */
function backTo(path: string, members: Readonly<Record<string, string | undefined>>): string {
  const [whole = '', fragment] = path.split('#', 2);
  const query = Object.entries(members)
    .flatMap(([name, value]) => (value === undefined ? [] : `${name}=${encodeURIComponent(value)}`))
    .join('&');
  const joined = `${whole}${whole.includes('?') ? '&' : '?'}${query}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}
