import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Posts JSON over a fixed number of kept connections, with as little work per request as can be. */
export interface RawClient {
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
    const socket = connect({ host: address, port: Number(port), noDelay: true });
    const line = new Line(socket, () => {
      const next = queue.shift();
      if (next === undefined) free.push(line);
      else line.send(next);
    });
    free.push(line);
    return line;
  });
  return {
    post: (path, key, body) =>
      new Promise((resolve, reject) => {
        const head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\n`;
        const kind = 'content-type: application/json\r\n';
        const length = `content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
        const waiting = { text: head + kind + length + body, resolve, reject };
        const line = free.pop();
        if (line === undefined) queue.push(waiting);
        else line.send(waiting);
      }),
    close: () => {
      for (const line of lines) line.close();
    },
  };
}

class Line {
  readonly #socket: Socket;
  readonly #done: () => void;
  #waiting: Waiting | undefined;
  #text = '';

  constructor(socket: Socket, done: () => void) {
    this.#socket = socket;
    this.#done = done;
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#read(chunk));
    socket.on('error', (err) => this.#waiting?.reject(err));
    socket.on('close', () => this.#waiting?.reject(new Error('the connection was closed')));
  }

  send(waiting: Waiting): void {
    this.#waiting = waiting;
    this.#socket.write(waiting.text);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: string): void {
    this.#text += chunk;
    const headEnd = this.#text.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const length = /content-length: (\d+)/iu.exec(this.#text)?.[1];
    // Every answer here is ASCII, so that characters are bytes.
    const end = headEnd + 4 + Number(length ?? 0);
    if (this.#text.length < end) return;
    const waiting = this.#waiting;
    const answer = {
      status: Number(this.#text.slice(9, 12)),
      body: this.#text.slice(headEnd + 4, end),
    };
    this.#text = '';
    this.#waiting = undefined;
    waiting?.resolve(answer);
    this.#done();
  }
}
