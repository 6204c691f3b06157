import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Endpoint } from '../../contract/endpoint.ts';
import { PROBLEM_TYPE, problemType } from '../../contract/problem.ts';
import type { Problem } from '../../contract/problem.ts';
import { AppError } from '../../errors/app-error.ts';
import { CATALOGUE } from '../../errors/catalogue.ts';
import { createAllowed } from '../allowed-methods.ts';
import { MAX_JSON_BYTES } from './json-body.ts';

type Wrong = NonNullable<Problem['errors']>[number];
type Finding = NonNullable<Problem['findings']>[number];

/** Seconds a client is told to wait after a fault that passes by itself. */
const RETRY_AFTER_S = 5;

const TOO_LARGE = `A JSON body is at most ${MAX_JSON_BYTES / 1024 / 1024} MiB: send less at once, call events in several requests.`;
/** Of a path that does not exist, in characters. */
const PATH_SHOWN = 200;

/**
 * The only place that writes a refusal: RFC 9457, with the request's id. A path of the contract
 * with another method is 405 and names those it has (RFC 9110, section 15.5.6), any other path 404.
 */
export function addProblems(app: FastifyInstance, endpoints: readonly Endpoint[]): void {
  const allowedAt = createAllowed(endpoints);
  app.setErrorHandler(async (err, request, reply) => {
    await sendProblem(err, request, reply);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const allowed = allowedAt(request.url);
    if (allowed.length === 0) {
      const path = request.url.replace(/[?#].*$/su, '').slice(0, PATH_SHOWN);
      const sentence = `There is no route ${request.method} ${path}; GET /v1/openapi.json names all.`;
      await sendProblem(new AppError('unknown_route', sentence), request, reply);
      return;
    }
    const allow = allowed.join(', ');
    void reply.header('allow', allow);
    const sentence = `This path takes ${allow}, not ${request.method}.`;
    await sendProblem(new AppError('method_not_allowed', sentence), request, reply);
  });
}

/** Answers with the problem of `err`. An unknown error says only `internal` and the request's id. */
export async function sendProblem(
  err: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (isGone(request)) {
    // Half a body and nobody to answer: what the handler made of it is no fault of anybody here.
    request.log.debug({ err }, 'the client went away');
    return;
  }
  const fault = toAppError(err);
  const { status, level, retry } = fault.row;
  if (level === 'error') request.log.error({ err }, 'request failed');
  else if (level === 'warn')
    request.log.warn({ code: fault.code, detail: fault.message }, 'request not fulfilled');
  if (status === 401) void reply.header('www-authenticate', 'Bearer');
  const passes = retry && (status === 503 || status === 429 || status === 409);
  const again = fault.details['retry_after_seconds'] ?? (passes ? RETRY_AFTER_S : undefined);
  if (again !== undefined) void reply.header('retry-after', again);
  await reply.code(status).type(PROBLEM_TYPE).send(problemOf(fault, request.id));
}

/**
 * The body of the problem. What is missing and what is foreign give the same one: of things not found
 * nothing is said but which of the request's own names it was, where that is told (`namedMissing`).
 */
export function problemOf(fault: AppError, requestId: string): Problem {
  const row = CATALOGUE[fault.code];
  const { errors, findings, ...details } = fault.details;
  const hidden =
    row.category === 'internal' || (fault.code === 'not_found' && !isList<Wrong>(errors));
  return {
    type: problemType(fault.code),
    title: row.meaning,
    status: row.status,
    detail: hidden ? row.remedy : fault.message,
    code: fault.code,
    request_id: requestId,
    ...(isList<Wrong>(errors) ? { errors } : {}),
    ...(isList<Finding>(findings) ? { findings } : {}),
    ...(hidden || Object.keys(details).length === 0 ? {} : { details }),
  };
}

/** True when the connection ended before the request had been read. */
function isGone(request: FastifyRequest): boolean {
  return request.raw.destroyed && !request.raw.complete;
}

function toAppError(err: unknown): AppError {
  if (err instanceof AppError) return err;
  const code = isFastifyError(err) ? err.code : undefined;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('payload_too_large', TOO_LARGE, { cause: err });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError(
        'unsupported_media_type',
        'Send JSON with `Content-Type: application/json`.',
        { cause: err },
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError(
        'invalid_request',
        'The body has another length than `Content-Length` says.',
        { cause: err },
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new AppError('invalid_request', 'The body is empty; this route needs JSON.', {
        cause: err,
      });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_INVALID_URL':
      return new AppError('invalid_request', 'The path holds a malformed %-escape.', {
        cause: err,
      });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('not_found', 'No id is that long.', { cause: err });
    default:
      // What Fastify itself says the client did wrong is no fault of ours.
      return isFastifyError(err) && isClientStatus(err.statusCode)
        ? new AppError('invalid_request', 'The request cannot be read as HTTP.', { cause: err })
        : new AppError('internal', 'An unexpected error.', { cause: err });
  }
}

function isFastifyError(err: unknown): err is FastifyError {
  return err instanceof Error && String(Reflect.get(err, 'code')).startsWith('FST_');
}

function isClientStatus(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500;
}

// The thrower owns the form of `errors` and `findings`; the tests compare both with the contract.
function isList<T>(value: unknown): value is T[] {
  return Array.isArray(value) && value.length > 0;
}
