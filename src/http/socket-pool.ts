import type { Socket } from 'node:net';
import { Client } from 'undici';
import { EgressFault } from './fault.ts';
import type { EgressLimits } from './limits.ts';

/** One socket with the HTTP/1.1 client that owns it. */
export interface PooledSocket {
  readonly client: Client;
  readonly socket: Socket;
  readonly reused: boolean;
  /** Gives the socket back; a broken one is closed. */
  release(): void;
}

interface Entry {
  readonly client: Client;
  readonly socket: Socket;
  idleSince: number;
}

interface Pool {
  busy: number;
  readonly idle: Entry[];
  readonly waiting: (() => void)[];
}

export interface TakeOptions {
  readonly origin: string;
  /** A socket idle for longer is closed and a new one opened. */
  readonly maxIdleMs: number;
  readonly signal: AbortSignal;
  readonly open: () => Promise<Socket>;
}

/**
 * Sockets by key. A key holds origin, organization and connection, so that an answer on a broken
 * socket can never reach another organization. Each client is given one socket that is already
 * connected and checked, and can never open another.
 */
export class SocketPool {
  readonly #pools = new Map<string, Pool>();
  readonly #entries = new Set<Entry>();
  readonly #limits: EgressLimits;
  readonly #monotonic: () => number;
  #closed = false;

  constructor(limits: EgressLimits, monotonic: () => number) {
    this.#limits = limits;
    this.#monotonic = monotonic;
  }

  /** Takes an idle socket or opens one; waits for a place when the pool of this key is full. */
  async take(key: string, options: TakeOptions): Promise<PooledSocket> {
    if (this.#closed) throw new EgressFault('pool', 'closed', 'The server is shutting down.');
    const pool = this.#pool(key);
    if (pool.busy >= this.#limits.socketsPerPool) await this.#wait(pool, options.signal);
    else pool.busy += 1;
    try {
      const idle = this.#takeIdle(pool, options.maxIdleMs);
      if (idle !== undefined) return this.#lend(key, pool, idle, true);
      const socket = await options.open();
      return this.#lend(key, pool, this.#adopt(options.origin, socket, pool), false);
    } catch (error) {
      this.#leave(key, pool);
      throw error;
    }
  }

  /** Closes every socket, also those in use. */
  async close(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries];
    this.#entries.clear();
    this.#pools.clear();
    await Promise.all(entries.map(({ client }) => client.destroy()));
  }

  #pool(key: string): Pool {
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    const pool: Pool = { busy: 0, idle: [], waiting: [] };
    this.#pools.set(key, pool);
    return pool;
  }

  /** Resolves when a leaving request hands its place over; `busy` then already counts us. */
  #wait(pool: Pool, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const give = (): void => {
        settle();
        resolve();
      };
      const giveUp = (): void => {
        settle();
        pool.waiting.splice(pool.waiting.indexOf(give), 1);
        reject(new EgressFault('pool', 'timeout', 'No connection to this server became free.'));
      };
      const timer = setTimeout(giveUp, this.#limits.poolWaitMs);
      const settle = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      };
      pool.waiting.push(give);
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  #takeIdle(pool: Pool, maxIdleMs: number): Entry | undefined {
    for (let entry = pool.idle.pop(); entry !== undefined; entry = pool.idle.pop()) {
      const idleMs = this.#monotonic() - entry.idleSince;
      if (isUsable(entry) && idleMs < Math.min(maxIdleMs, this.#limits.keepAliveMs)) return entry;
      this.#drop(entry);
    }
    return undefined;
  }

  #adopt(origin: string, socket: Socket, pool: Pool): Entry {
    let given = false;
    const client = new Client(origin, {
      connect: (_target, callback) => {
        const usable = !given && !socket.destroyed;
        given = true;
        // undici does not look at its queue again when it is called back at once.
        queueMicrotask(() => {
          if (usable) callback(null, socket);
          else
            callback(new EgressFault('before_write', 'reset', 'The connection was closed.'), null);
        });
      },
      pipelining: 1,
      maxHeaderSize: this.#limits.headerBytes,
      // Deadlines are kept by the exchange, to the millisecond.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: this.#limits.keepAliveMs,
      keepAliveMaxTimeout: this.#limits.keepAliveMs,
      allowH2: false,
    });
    const entry: Entry = { client, socket, idleSince: this.#monotonic() };
    this.#entries.add(entry);
    socket.once('close', () => {
      const index = pool.idle.indexOf(entry);
      if (index >= 0) {
        pool.idle.splice(index, 1);
        this.#drop(entry);
      }
    });
    return entry;
  }

  #lend(key: string, pool: Pool, entry: Entry, reused: boolean): PooledSocket {
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (isUsable(entry) && !this.#closed) {
        entry.idleSince = this.#monotonic();
        pool.idle.push(entry);
      } else this.#drop(entry);
      this.#leave(key, pool);
    };
    return { client: entry.client, socket: entry.socket, reused, release };
  }

  #leave(key: string, pool: Pool): void {
    const next = pool.waiting.shift();
    if (next !== undefined) return next();
    pool.busy -= 1;
    if (pool.busy === 0 && pool.idle.length === 0) this.#pools.delete(key);
  }

  #drop(entry: Entry): void {
    this.#entries.delete(entry);
    entry.socket.destroy();
    // Destroying a client settles nothing that anybody still waits for.
    entry.client.destroy().catch(() => undefined);
  }
}

function isUsable(entry: Entry): boolean {
  return !entry.socket.destroyed && entry.socket.writable && !entry.client.destroyed;
}
