import { createServer } from 'node:net';

/** A TCP port of 127.0.0.1 that is free at this moment; whoever takes it must be ready to try again. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) {
          resolve(address.port);
        } else {
          reject(new Error('the system gave no port'));
        }
      });
    });
  });
}
