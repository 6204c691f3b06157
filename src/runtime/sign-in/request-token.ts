import type {
  CompiledDocument,
  CompiledSignIn,
  CompiledSignInRequest,
  SignInAnswer,
} from '../../document/compiled-document.ts';
import type { PropertyField } from '../../document/names/properties.ts';
import type { RenderContext, RenderedRequest } from '../../document/render/request.ts';
import type { Values } from '../../document/values/values.ts';
import type { EgressResult } from '../../http/egress.ts';
import type { MethodConnection, MethodRunnerDeps } from '../method-call.ts';
import { readRetryAfter } from '../retry-after.ts';
import { createExchangeScrubber } from '../scrub-exchange.ts';
import type { ScrubbedExchange } from '../scrub-exchange.ts';
import { guardAnswer } from './guard-answer.ts';
import type { GuardedBy } from './guard-answer.ts';
import { judgeTokenAnswer } from './judge-token-answer.ts';
import type { TokenEnding, TokenVerdict } from './judge-token-answer.ts';
import { readTokenAnswer } from './read-token-answer.ts';
import type { TokenBody } from './read-token-answer.ts';

export interface SignInRequest {
  readonly document: CompiledDocument;
  /** Properties with those that an earlier sign-in filled; origins that they give. */
  readonly connection: MethodConnection;
  /** Fields of the grant: `grant_type` and what belongs to it. None for a login. */
  readonly fields: Readonly<Record<string, string>>;
  /** Local values that an earlier sign-in bound. */
  readonly values?: Values;
  /** Milliseconds for the whole exchange. */
  readonly deadlineMs?: number;
}

export type SignInResult =
  | {
      readonly status: 'accepted';
      readonly answer: Extract<SignInAnswer, { status: 'bound' }>;
      readonly exchange: ScrubbedExchange;
    }
  /** Only a person can help. `code`: `error` of RFC 6749, section 5.2. */
  | {
      readonly status: 'refused';
      readonly code?: string;
      readonly message: string;
      readonly exchange: ScrubbedExchange;
    }
  /** Later it may work. `lost`: the request may have been carried out, and its answer never came. */
  | {
      readonly status: 'transient';
      readonly lost: boolean;
      readonly message: string;
      readonly retryAfterMs?: number;
      readonly exchange: ScrubbedExchange;
    }
  /** A value is missing or cannot be sent: nothing left. */
  | { readonly status: 'not_sent'; readonly name: string; readonly message: string };

/** A token request is small: a server that needs longer than this is away. Shorter than a lease. */
export const TOKEN_DEADLINE_MS = 12_000;

/**
 * Sends one token request or login through the egress door and says what came of it. Never rejects;
 * nothing that it returns but the answer itself holds a token.
 */
export async function requestSignIn(
  deps: Omit<MethodRunnerDeps, 'randomId'> & { readonly randomId: () => string },
  request: SignInRequest,
  signal: AbortSignal,
): Promise<SignInResult> {
  const { document, connection, fields } = request;
  const compiled = requestOf(document.signIn);
  if (compiled === undefined) {
    const message = 'The document describes no sign-in.';
    return { status: 'not_sent', name: 'OAuth2', message };
  }
  const context = signInContext(deps, request);
  const hidden = Object.entries(fields).flatMap(([name, value]) =>
    OPEN_FIELDS.has(name) ? [] : [value],
  );
  const rendered = compiled.render(context, fields);
  if (rendered.status === 'missing_value') {
    const message = `The sign-in needs a value for ${rendered.name}.`;
    return { status: 'not_sent', name: rendered.name, message };
  }
  if (rendered.status === 'unsafe_value') {
    const { name } = rendered;
    const scrubber = createExchangeScrubber(document.properties, connection.properties, hidden);
    const message = scrubber.text(`The value of ${name} cannot be sent: ${rendered.message}`);
    return { status: 'not_sent', name, message };
  }
  const startedAt = deps.clock.now();
  const result = await deps.egress.send({
    ...rendered.request,
    organizationId: connection.organizationId,
    connectionId: connection.id,
    origins: connection.origins,
    // A refresh token may be good for one request only: the door must not send it twice by itself.
    idempotent: false,
    deadlineMs: request.deadlineMs ?? TOKEN_DEADLINE_MS,
    signal,
  });
  const body =
    result.kind === 'response' ? readTokenAnswer(result.body, result.headers) : undefined;
  const verdict = guarded(judgeTokenAnswer(endingOf(result, body, { compiled, context })), {
    properties: document.properties,
    sent: [...hidden, ...secretsOf(document.properties, connection.properties)],
    named: body?.tokens ?? [],
  });
  const scrubber = createExchangeScrubber(document.properties, connection.properties, [
    ...hidden,
    ...(body?.secrets ?? []),
    ...tokensIn(verdict),
  ]);
  const exchange: ScrubbedExchange = {
    request: scrubber.request(rendered.request, undefined),
    ...(result.kind === 'response'
      ? { response: scrubber.response({ ...result, text: body?.text ?? '' }) }
      : {
          failure: {
            phase: result.phase,
            code: result.code,
            message: scrubber.text(result.message),
          },
        }),
    startedAt,
    durationMs: result.durationMs,
  };
  if (verdict.verdict === 'accepted') {
    return { status: 'accepted', answer: verdict.answer, exchange };
  }
  const message = scrubber.text(verdict.message);
  if (verdict.verdict === 'refused') {
    const code = verdict.code === undefined ? {} : { code: verdict.code };
    return { status: 'refused', message, ...code, exchange };
  }
  const headers = result.kind === 'response' ? result.headers : {};
  const retryAfterMs = readRetryAfter(headers, deps.clock.now());
  return {
    status: 'transient',
    lost: verdict.lost,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    exchange,
  };
}

/** What the document may not show is no sign-in, however the server meant it. */
function guarded(verdict: TokenVerdict, by: GuardedBy): TokenVerdict {
  if (verdict.verdict !== 'accepted') return verdict;
  const answer = guardAnswer(verdict.answer, by);
  return answer.status === 'bound'
    ? { verdict: 'accepted', answer }
    : { verdict: 'refused', message: answer.message };
}

function secretsOf(
  fields: readonly PropertyField[],
  properties: Readonly<Record<string, string>>,
): readonly string[] {
  return fields.flatMap(({ label, secret }) => (secret ? [properties[label] ?? ''] : []));
}

/** The request as it would leave, without sending it; undefined when a value is missing. */
export function renderSignIn(
  deps: Pick<MethodRunnerDeps, 'phones' | 'randomId'>,
  request: Omit<SignInRequest, 'deadlineMs'>,
): RenderedRequest | undefined {
  const compiled = requestOf(request.document.signIn);
  const rendered = compiled?.render(signInContext(deps, request), request.fields);
  return rendered?.status === 'request' ? rendered.request : undefined;
}

/** All that rendering a sign-in needs. */
export function signInContext(
  deps: Pick<MethodRunnerDeps, 'phones' | 'randomId'>,
  { connection, values }: Pick<SignInRequest, 'connection' | 'values'>,
): RenderContext {
  return {
    values: values ?? {},
    properties: connection.properties,
    country: connection.country,
    timezone: connection.timezone,
    phones: deps.phones,
    boundary: deps.randomId().replaceAll(/[^A-Za-z0-9]/g, ''),
    origins: connection.origins,
  };
}

/** Fields of a grant that are no secret. */
const OPEN_FIELDS: ReadonlySet<string> = new Set(['grant_type', 'redirect_uri']);

function requestOf(signIn: CompiledSignIn): CompiledSignInRequest | undefined {
  if (signIn.kind === 'session') return signIn.login;
  return signIn.kind === 'oauth2' ? signIn.token : undefined;
}

function endingOf(
  result: EgressResult,
  body: TokenBody | undefined,
  by: { readonly compiled: CompiledSignInRequest; readonly context: RenderContext },
): TokenEnding {
  if (result.kind === 'failure') return result;
  const isAccepted = result.status >= 200 && result.status <= 299;
  return {
    kind: 'answer',
    status: result.status,
    body: body?.fields === undefined ? 'other' : 'fields',
    code: body?.code,
    words: body?.words,
    ...(isAccepted ? { bound: by.compiled.bind(body?.fields, by.context) } : {}),
  };
}

function tokensIn(verdict: TokenVerdict): readonly string[] {
  if (verdict.verdict !== 'accepted') return [];
  const { accessToken, sessionToken, refreshToken } = verdict.answer;
  return [accessToken, sessionToken, refreshToken].filter((token) => token !== undefined);
}
