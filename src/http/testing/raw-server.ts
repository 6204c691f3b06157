import { createServer } from 'node:net';
import type { Socket } from 'node:net';

export interface RawServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** TCP connections accepted. */
  connections(): number;
  /** Everything received, per connection. */
  readonly received: string[];
  close(): Promise<void>;
}

/** Called with the text received so far on a connection, after each piece. */
export type RawHandler = (socket: Socket, received: string, connection: number) => void;

/** A TCP listener on loopback that answers byte by byte as a test says, and counts connections. */
export async function startRawServer(handle: RawHandler): Promise<RawServer> {
  const received: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    const index = received.push('') - 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      received[index] += chunk.toString('latin1');
      handle(socket, received[index] ?? '', index);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    origin: `http://127.0.0.1:${String(address.port)}`,
    connections: () => received.length,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** True once the head of a request, and `bodyBytes` of its body, have arrived. */
export function hasWhole(received: string, bodyBytes = 0): boolean {
  const end = received.indexOf('\r\n\r\n');
  return end >= 0 && received.length >= end + 4 + bodyBytes;
}
