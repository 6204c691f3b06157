import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Sends requests over a fixed number of kept connections, with as little work per request as can be. */
export interface RawClient {
  /** Resolves with the status and the body; rejects when the connection breaks. */
  get(path: string, key: string): Promise<RawAnswer>;
  /** Resolves with the status and the body; rejects when the connection breaks. */
  post(path: string, key: string, body: string): Promise<RawAnswer>;
  close(): void;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: string;
}

interface Waiting {
  readonly text: string;
  resolve(answer: RawAnswer): void;
  reject(err: Error): void;
}

/**
 * A client of one host that uses `connections` sockets, each for one request at a time. A general
 * client would take more of the two cores than what it measures.
 */
export function createRawClient(host: string, connections: number): RawClient {
  const [address = '', port = ''] = host.split(':');
  const queue: Waiting[] = [];
  const free: Line[] = [];
  const lines = Array.from({ length: connections }, () => {
    const open = (): Socket => connect({ host: address, port: Number(port), noDelay: true });
    const line = new Line(open, () => {
      const next = queue.shift();
      if (next === undefined) free.push(line);
      else line.send(next);
    });
    free.push(line);
    return line;
  });
  const headOf = (method: string, path: string, key: string): string =>
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\n`;
  const send = (text: string): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const waiting = { text, resolve, reject };
      // In turn, so that none is idle for so long that the server closes it.
      const line = free.shift();
      if (line === undefined) queue.push(waiting);
      else line.send(waiting);
    });
  return {
    get: (path, key) => send(`${headOf('GET', path, key)}\r\n`),
    post: (path, key, body) => {
      const kind = 'content-type: application/json\r\n';
      const length = `content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
      return send(headOf('POST', path, key) + kind + length + body);
    },
    close: () => {
      for (const line of lines) line.close();
    },
  };
}

class Line {
  readonly #open: () => Socket;
  readonly #done: () => void;
  #socket: Socket;
  #waiting: Waiting | undefined;
  #text = '';

  constructor(open: () => Socket, done: () => void) {
    this.#open = open;
    this.#done = done;
    this.#socket = this.#connect();
  }

  send(waiting: Waiting): void {
    // Closed by the server while nothing was sent, for instance between two measurements.
    if (this.#socket.destroyed || this.#socket.readableEnded) this.#socket = this.#connect();
    this.#waiting = waiting;
    this.#socket.write(waiting.text);
  }

  close(): void {
    this.#socket.destroy();
  }

  #connect(): Socket {
    const socket = this.#open();
    // Characters are bytes until a body is whole.
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => this.#read(chunk));
    const failed = (err: Error): void => {
      if (socket === this.#socket) this.#waiting?.reject(err);
    };
    socket.on('error', failed);
    socket.on('close', () => failed(new Error('the connection was closed')));
    return socket;
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const headEnd = this.#text.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = /content-length: (\d+)/iu.exec(this.#text)?.[1];
    const end = headEnd + 4 + Number(length ?? 0);
    if (this.#text.length < end) return;
    const waiting = this.#waiting;
    const answer = {
      status: Number(this.#text.slice(9, 12)),
      body: Buffer.from(this.#text.slice(headEnd + 4, end), 'latin1').toString(),
    };
    this.#text = '';
    this.#waiting = undefined;
    waiting?.resolve(answer);
    this.#done();
  }
}
