import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that reached the CRM. */
export interface TappedRequest {
  readonly path: string;
  readonly body: string;
}

/** Stands before a CRM, hands everything on, and tells what was asked. */
export interface TappedCrm {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** What was asked since the last time, in order. */
  taken(): readonly TappedRequest[];
  stop(): Promise<void>;
}

/** Listens on loopback for requests to the CRM at `origin`. */
export async function tapCrm(origin: string): Promise<TappedCrm> {
  let requests: TappedRequest[] = [];
  const handOn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const path = request.url ?? '/';
    requests.push({ path, body });
    const answer = await fetch(`${origin}${path}`, {
      method: request.method ?? 'GET',
      headers: kept(request),
      ...(body === '' ? {} : { body }),
    });
    const type = answer.headers.get('content-type');
    response.writeHead(answer.status, type === null ? {} : { 'content-type': type });
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
  const server = createServer((request, response) => {
    // Whoever was killed in the middle hears nothing.
    handOn(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = addressOf(server.address());
  return {
    origin: `http://127.0.0.1:${port}`,
    taken: () => {
      const all = requests;
      requests = [];
      return all;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve, reject) => {
    request.once('end', resolve);
    request.once('error', reject);
  });
  return Buffer.concat(chunks).toString('utf8');
}

/** What a CRM needs to see of a request. */
function kept({ headers }: IncomingMessage): Headers {
  const names = ['authorization', 'content-type', 'accept'] as const;
  return new Headers(
    names.flatMap((name): [string, string][] => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string') throw new Error('not listening on a port');
  return address;
}
