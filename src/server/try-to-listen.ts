import { createServer } from 'node:net';

/**
 * Listens for a moment and stops, for `doctor`; resolves with the reason in words, and what to set,
 * where that does not work.
 */
export function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (err: NodeJS.ErrnoException) => {
      const taken = 'another program listens there; stop it or set PORT.';
      resolve(err.code === 'EADDRINUSE' ? taken : `${err.message}; set HOST or PORT.`);
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(undefined));
    });
  });
}
