import type { FastifyInstance } from 'fastify';

import { AppError } from '../errors/app-error.ts';

/** What of the settings decides where to listen. */
export interface ListenPlace {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly tlsCert: string | undefined;
}

/**
 * Listens and gives the origin people on this machine can use. Rejects with `invalid_settings`
 * when the address cannot be had.
 */
export async function listen(app: FastifyInstance, place: ListenPlace): Promise<string> {
  const { host, port } = place;
  try {
    await app.listen({ host, port });
  } catch (err) {
    throw refusal(err, place);
  }
  const address = app.server.address();
  const real = typeof address === 'object' && address !== null ? address.port : port;
  return originOf({ ...place, port: real });
}

/** The origin by which people on this machine reach a server at this place. */
export function originOf({ host, port, tlsCert }: ListenPlace): string {
  return `${tlsCert === undefined ? 'http' : 'https'}://${inUrl(host)}:${port}`;
}

function refusal(err: unknown, { host, port }: ListenPlace): unknown {
  const code: unknown = err instanceof Error ? Reflect.get(err, 'code') : undefined;
  const sentence = (why: string): AppError =>
    new AppError('invalid_settings', `Cannot listen on ${host}:${port}: ${why}.`, { cause: err });
  switch (code) {
    case 'EADDRINUSE':
      return sentence('another program does; stop it or set PORT');
    case 'EACCES':
      return sentence('this user may not; set PORT to one above 1023');
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return sentence('this machine has no such address; set HOST to one of its own');
    default:
      return err;
  }
}

/** 0.0.0.0 and :: mean any address; a person on this machine uses the loopback one. */
function inUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
