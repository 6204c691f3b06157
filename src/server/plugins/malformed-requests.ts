import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import type { FastifyBaseLogger } from 'fastify';

import { PROBLEM_TYPE } from '../../contract/problem.ts';
import { AppError } from '../../errors/app-error.ts';
import type { Ids } from '../../text/uuid.ts';
import { problemOf } from './problems.ts';

/** Answers what Node cannot read as HTTP: no route and no request is there, only a socket. */
export function answerMalformed(
  err: Error & { readonly code?: string },
  socket: Socket,
  deps: { readonly ids: Ids; readonly logger: FastifyBaseLogger },
): void {
  if (socket.destroyed) return;
  // Half an answer has left, or the client is gone: more bytes would be read as part of it.
  if (err.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const fault = faultOf(err);
  const id = deps.ids.next();
  const problem = problemOf(fault, id);
  deps.logger.debug({ err, request_id: id }, 'a request could not be read');
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function faultOf(err: Error & { readonly code?: string }): AppError {
  const options = { cause: err };
  if (err.code === 'HPE_HEADER_OVERFLOW') {
    return new AppError('payload_too_large', 'The headers are larger than 16 KiB.', options);
  }
  if (err.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new AppError('invalid_request', 'The request did not arrive in time.', options);
  }
  return new AppError('invalid_request', 'This is not a request of HTTP/1.1.', options);
}
