import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

import { TEST_CERTIFICATE, TEST_KEY } from '../../src/http/testing/certificates.ts';
import { CRM_ADDRESS } from './hostile-urls.ts';

/** All connections of a network in which every address is this machine. */
export interface CountedNetwork {
  /** Connections to the CRM so far. */
  readonly toCrm: () => number;
  /** Connections to anywhere else so far, each as `address port`; those to closed ports have no address. */
  readonly elsewhere: () => readonly string[];
  close(): Promise<void>;
}

const PORTS = [80, 443, 8443];

/**
 * Listens on the web ports of every address. What comes to the CRM's address is answered by `crm`;
 * everything else is counted and dropped. Connections to other ports are seen too: the kernel counts
 * each connection that is opened at all (RFC 4022, tcpActiveOpens).
 */
export async function startCountedNetwork(
  crm: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<CountedNetwork> {
  const http = createServer(crm);
  const secureContext = createSecureContext({ cert: TEST_CERTIFICATE, key: TEST_KEY });
  const found: string[] = [];
  let toCrm = 0;
  const openedBefore = activeOpens();
  const servers = await Promise.all(
    PORTS.map(async (port) => {
      const server = createTcpServer((socket) => {
        socket.on('error', () => undefined);
        const address = socket.localAddress?.replace(/^::ffff:/u, '') ?? 'gone';
        if (address === CRM_ADDRESS && port === 443) {
          toCrm += 1;
          const secured = new TLSSocket(socket, { isServer: true, secureContext });
          secured.on('error', () => undefined);
          http.emit('connection', secured);
          return;
        }
        found.push(`${address} ${String(port)}`);
        socket.destroy();
      });
      await new Promise<void>((resolve) => {
        server.listen(port, '::', resolve);
      });
      return server;
    }),
  );
  return {
    toCrm: () => toCrm,
    elsewhere: () => {
      const unseen = activeOpens() - openedBefore - toCrm - found.length;
      return [...found, ...Array.from({ length: Math.max(0, unseen) }, () => 'a closed port')];
    },
    close: async () => {
      http.closeAllConnections();
      await Promise.all(
        servers.map(
          (server) =>
            new Promise((resolve) => {
              server.close(resolve);
            }),
        ),
      );
    },
  };
}

/** Connections that were opened in this network since it was made, by anybody. */
function activeOpens(): number {
  const [names = '', values = ''] = readFileSync('/proc/self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'));
  const at = names.split(' ').indexOf('ActiveOpens');
  return Number(values.split(' ')[at]);
}
