import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { GeneratedFile } from './generated-file.ts';

/** A CRM that reads uploads and forgets them, and a phone system that has recordings. */
export interface ReceivingCrm {
  /** `host:port`. */
  readonly host: string;
  /** Digests of the files that arrived, in order. */
  readonly received: readonly string[];
  /** Makes a file readable; gives its address. */
  offer(file: GeneratedFile): string;
  close(): Promise<void>;
}

export type UploadForm = 'base64' | 'multipart';

/** Starts it on a free port of loopback. */
export async function startReceivingCrm(): Promise<ReceivingCrm> {
  const received: string[] = [];
  const offered: GeneratedFile[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((err: unknown) => {
      response.destroy(err instanceof Error ? err : new Error('answering failed'));
    });
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    const file = offered[Number(/^\/recordings\/(\d+)$/.exec(path)?.[1] ?? -1)];
    if (file !== undefined) {
      response.writeHead(200, { 'content-type': 'audio/wav', 'content-length': file.size });
      for (const piece of file.read()) {
        if (!response.write(piece)) await once(response, 'drain');
      }
      response.end();
      return;
    }
    if (path.endsWith('/base64')) received.push(await digestOf(request, 'base64'));
    else if (path.endsWith('/multipart')) received.push(await digestOf(request, 'multipart'));
    else request.resume();
    const users = [{ id: 'u1', name: 'Bob Agent', email: 'bob@bench.test' }];
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(path === '/users' ? { users } : { id: '1' }));
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    received,
    offer: (file) => `http://127.0.0.1:${port}/recordings/${offered.push(file) - 1}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The digest of the file within a body whose frame is known, without holding either. */
async function digestOf(request: IncomingMessage, form: UploadForm): Promise<string> {
  const hash = createHash('sha256');
  let rest = '';
  let begun = false;
  for await (const chunk of request) {
    rest += Buffer.from(chunk).toString('latin1');
    if (!begun) {
      const start = form === 'base64' ? rest.indexOf('"file":"') + 8 : afterHeaders(rest);
      rest = rest.slice(start);
      begun = true;
    }
    // What follows the file is shorter than this.
    const take = Math.max(0, Math.floor((rest.length - 400) / 4) * 4);
    hash.update(Buffer.from(rest.slice(0, take), form === 'base64' ? 'base64' : 'latin1'));
    rest = rest.slice(take);
  }
  const end = form === 'base64' ? rest.indexOf('"') : rest.lastIndexOf('\r\n--', rest.length - 4);
  hash.update(Buffer.from(rest.slice(0, end), form === 'base64' ? 'base64' : 'latin1'));
  return hash.digest('hex');
}

/** The file's part is the last one, and its headers are those that end last. */
function afterHeaders(text: string): number {
  const part = text.indexOf('filename=');
  return text.indexOf('\r\n\r\n', part) + 4;
}

/** A document of that CRM whose `UploadFile` sends the file in one of the two forms. */
export function receivingDocument(form: UploadForm, host: string): string {
  const multipart = form === 'multipart' ? { request_content_type: 'multipart/form-data' } : {};
  return JSON.stringify({
    id: `receiving-${form}`,
    name: `Receiving CRM (${form})`,
    class: 'crm',
    version: '1.0.0',
    properties: [{ label: 'Token', type: 'secret', required: true }],
    parameters: {
      ...{ user_id: 'string', user_name: 'string', email: 'string', activity_id: 'string' },
      ...{ subject: 'string', file: 'string', filename: 'string' },
    },
    resource_url: `http://${host}`,
    auth: { type: 'Bearer', token: '$Token$' },
    API: {
      Users: {
        request_method: 'GET',
        request_path: '/users',
        response_map: { users: [{ id: '$user_id$', name: '$user_name$', email: '$email$' }] },
      },
      CreateActivity: {
        request_method: 'POST',
        request_path: '/calls',
        request_parameters: { subject: '$subject$' },
        response_map: { id: '$activity_id$' },
      },
      UploadFile: {
        request_method: 'POST',
        request_path: `/calls/$activity_id$/${form}`,
        ...multipart,
        request_parameters: { name: '$filename$', file: '$file$' },
      },
    },
  });
}
