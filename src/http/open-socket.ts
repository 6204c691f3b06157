import { connect as connectTcp } from 'node:net';
import type { Socket, TcpNetConnectOpts } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { blocked, EgressFault, toFault } from './fault.ts';
import type { EgressLimits } from './limits.ts';
import { judgeTargetAddress } from './url-policy.ts';
import type { UrlPolicy, UrlTarget } from './url-policy.ts';
import { parseAddress } from './address-policy.ts';

/** All A and AAAA addresses of a name, in the order to try them. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface OpenSocketDeps {
  readonly policy: UrlPolicy;
  readonly resolve: Resolve;
  /** Certificates to trust: the usual ones and the operator's own. */
  readonly ca: readonly string[] | undefined;
  readonly limits: Pick<EgressLimits, 'connectMs' | 'nextAddressMs'>;
  /** Opens TCP to an address; default: `net.connect`. */
  readonly connect?: (to: TcpNetConnectOpts) => Socket;
}

const ADDRESSES_MAX = 16;

/**
 * Connects to a target whose URL has been judged: resolves every address of the name, refuses if
 * any is forbidden, connects to one of exactly those, and checks the remote address again. TLS
 * carries the name. Throws an `EgressFault` of phase `dns`, `blocked`, `connect` or `tls`.
 */
export async function openSocket(
  target: UrlTarget,
  deps: OpenSocketDeps,
  signal: AbortSignal,
): Promise<Socket | TLSSocket> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(deps.limits.connectMs)]);
  const addresses = await resolveAddresses(target, deps, deadline);
  const socket = await connectFirst(addresses, target, deps, deadline);
  const refused = judgeTargetAddress(target, socket.remoteAddress ?? 'unknown', deps.policy);
  if (refused !== undefined) {
    socket.destroy();
    throw blocked(refused);
  }
  return target.secure ? startTls(socket, target, deps.ca, deadline) : socket;
}

async function resolveAddresses(
  target: UrlTarget,
  deps: OpenSocketDeps,
  deadline: AbortSignal,
): Promise<readonly string[]> {
  const { host } = target;
  const addresses =
    parseAddress(host) === undefined
      ? await untilAborted(deps.resolve(host), deadline, 'dns')
      : [host];
  if (addresses.length === 0) throw toFault({ code: 'ENOTFOUND' }, 'dns');
  for (const address of addresses) {
    const refused = judgeTargetAddress(target, address, deps.policy);
    if (refused !== undefined) throw blocked(refused);
  }
  return addresses.slice(0, ADDRESSES_MAX);
}

/** Rejects as soon as the signal aborts, whatever becomes of the promise. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal, phase: 'dns'): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(abortFault(signal, phase));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise
      .then(resolve, (error: unknown) => reject(toFault(error, phase)))
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** RFC 8305 in short: one address after the other, the next beside one that hangs; first wins. */
function connectFirst(
  addresses: readonly string[],
  target: UrlTarget,
  deps: OpenSocketDeps,
  deadline: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const { connect = connectTcp } = deps;
    const attempts = new Set<Socket>();
    let next = 0;
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      deadline.removeEventListener('abort', abort);
    };
    const fail = (fault: EgressFault): void => {
      finish();
      for (const attempt of attempts) attempt.destroy();
      reject(fault);
    };
    const abort = (): void => fail(abortFault(deadline, 'connect'));
    const tryNext = (): void => {
      clearTimeout(timer);
      const address = addresses[next];
      if (address === undefined) return;
      next += 1;
      const socket = connect({ host: address, port: target.port, noDelay: true });
      attempts.add(socket);
      socket.once('connect', () => {
        attempts.delete(socket);
        finish();
        for (const attempt of attempts) attempt.destroy();
        resolve(socket);
      });
      socket.on('error', (error) => {
        if (!attempts.delete(socket)) return;
        if (next < addresses.length) tryNext();
        else if (attempts.size === 0) fail(toFault(error, 'connect'));
      });
      if (next < addresses.length) timer = setTimeout(tryNext, deps.limits.nextAddressMs);
    };
    if (deadline.aborted) return abort();
    deadline.addEventListener('abort', abort, { once: true });
    tryNext();
  });
}

function startTls(
  socket: Socket,
  target: UrlTarget,
  ca: readonly string[] | undefined,
  deadline: AbortSignal,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      socket,
      host: target.host,
      // SNI never carries an address (RFC 6066, section 3).
      ...(parseAddress(target.host) === undefined ? { servername: target.host } : {}),
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca: [...ca] }),
    });
    const abort = (): void => {
      secured.destroy();
      reject(abortFault(deadline, 'tls'));
    };
    if (deadline.aborted) return abort();
    deadline.addEventListener('abort', abort, { once: true });
    secured.once('secureConnect', () => {
      deadline.removeEventListener('abort', abort);
      resolve(secured);
    });
    secured.once('close', () => {
      deadline.removeEventListener('abort', abort);
      reject(toFault({ code: 'ECONNRESET' }, 'tls'));
    });
    secured.on('error', (error) => {
      deadline.removeEventListener('abort', abort);
      secured.destroy();
      reject(toFault(error, 'tls'));
    });
  });
}

function abortFault(signal: AbortSignal, phase: 'dns' | 'connect' | 'tls'): EgressFault {
  if (signal.reason instanceof EgressFault) {
    return new EgressFault(phase, signal.reason.code, signal.reason.message);
  }
  const timeout = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  return timeout
    ? new EgressFault(phase, 'timeout', 'The server did not accept a connection in time.')
    : new EgressFault(phase, 'aborted', 'The request was abandoned.');
}
