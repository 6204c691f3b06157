import type { CompiledSignIn, CompiledSignInRequest } from '../compiled-document.ts';
import { isJsonObject, jsonMember, jsonText } from '../json-value.ts';
import type { Json } from '../json-value.ts';
import { basic } from '../render/auth.ts';
import type { RenderAuth } from '../render/auth.ts';
import { templateNames } from '../templates/template.ts';
import type { OriginPolicy } from '../render/url/origins.ts';
import type { CompiledUrl } from '../render/url/url.ts';
import { compileRequestParts, renderRequest, settleRequest } from '../request-parts.ts';
import { compileAssertion } from './assertion.ts';
import { compileAuthorizationUrl } from './authorization-url.ts';
import { flowOf } from './flow.ts';
import { compileCallback, compileSignInAnswer } from './sign-in-answer.ts';
import type { SignInFrame } from './sign-in-frame.ts';
import { compileTokenRequest } from './token-request.ts';

/** A sign-in whose addresses are known, before the origins of the whole document are. */
export interface SignInDraft {
  /** Addresses that get credentials. */
  readonly urls: readonly CompiledUrl[];
  finish(origins: OriginPolicy): CompiledSignIn;
}

/** Compiles `OAuth2`, else `auth`, into how a connection signs in. */
export function compileSignIn(frame: SignInFrame): SignInDraft {
  const oauth2 = jsonMember(frame.document, 'OAuth2');
  if (oauth2 !== undefined) return compileOAuth2(oauth2, frame);
  const auth = jsonMember(frame.document, 'auth');
  const type = jsonText(auth, 'type')?.toLowerCase();
  if (auth !== undefined && type === 'session') return compileSession(auth, frame);
  const kind = type === undefined || type === 'none' ? 'none' : 'static';
  return { urls: [], finish: () => ({ kind }) };
}

function compileSession(auth: Json, frame: SignInFrame): SignInDraft {
  const parts = compileRequestParts(withPost(auth), {
    ...frame,
    auth: loginAuth(auth, frame),
    guardsBody: false,
  });
  const bind = compileSignInAnswer(
    jsonMember(auth, 'response_map'),
    frame.answers,
    'session_token',
  );
  const login = (origins: OriginPolicy): CompiledSignInRequest => ({
    render: (context) =>
      settleRequest(frame.complete(context), undefined, (scope) =>
        renderRequest(parts, origins, scope),
      ),
    bind: (answer, context) => bind(answer, frame.complete(context)),
  });
  return {
    urls: [parts.url],
    finish: (origins) => ({ kind: 'session', login: login(origins) }),
  };
}

/** A login is a POST where the document does not say otherwise; `query` is a key of methods alone. */
function withPost(auth: Json): Json {
  if (!isJsonObject(auth)) return auth;
  const { query: _, ...own } = auth;
  return { request_method: 'POST', ...own };
}

/** `username` and `password` of a session stand for Basic in the login request. */
function loginAuth(auth: Json, frame: SignInFrame): RenderAuth {
  const username = jsonText(auth, 'username');
  if (username === undefined) return () => ({ headers: [], query: [] });
  return basic(frame.compile(username), frame.compile(jsonText(auth, 'password') ?? ''));
}

function compileOAuth2(oauth2: Json, frame: SignInFrame): SignInDraft {
  const flow = flowOf(oauth2);
  const hasCode = flow === 'authorization_code';
  const callbackMap = hasCode ? jsonMember(oauth2, 'callback_map') : undefined;
  const callback = labelsIn(callbackMap ?? null, frame);
  const request = compileTokenRequest(oauth2, flow, { ...frame, callback });
  const bind = compileSignInAnswer(
    jsonMember(oauth2, 'token_response_map'),
    frame.answers,
    'access_token',
  );
  const authorizationUrl = compileAuthorizationUrl(oauth2, frame);
  const { rules } = frame.answers;
  const fixedHosts = rules.hosts.filter(({ pattern }) => !pattern.startsWith('*'));
  const bindCallback = compileCallback(callbackMap, {
    ...frame.answers,
    rules: { ...rules, hosts: fixedHosts },
  });
  const assertion = compileAssertion(oauth2, frame);
  const token = (origins: OriginPolicy): CompiledSignInRequest => ({
    render: (context, fields) =>
      settleRequest(frame.complete(context), undefined, (scope) =>
        request.render(scope, fields, origins),
      ),
    bind: (answer, context) => bind(answer, frame.complete(context)),
  });
  return {
    urls: [request.url],
    finish: (origins) => ({
      kind: 'oauth2',
      flow,
      pkce: hasCode && jsonMember(oauth2, 'pkce') !== false,
      token: token(origins),
      ...(hasCode
        ? {
            authorizationUrl,
            bindCallback: (query, context) => bindCallback(query, frame.complete(context)),
          }
        : {}),
      ...(flow === 'jwt_bearer' ? { assertion } : {}),
    }),
  };
}

/** The labels of filled properties that stand in a map. */
function labelsIn(map: Json, { notation, answers }: SignInFrame): ReadonlySet<string> {
  const texts: string[] = [];
  const visit = (json: Json): void => {
    if (typeof json === 'string') texts.push(json);
    else if (typeof json === 'object' && json !== null) Object.values(json).forEach(visit);
  };
  visit(map);
  const isFilled = (name: string): boolean => answers.filled.has(name);
  return new Set(texts.flatMap((text) => templateNames(text, notation, isFilled)));
}
