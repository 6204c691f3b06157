import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

import { Refusal, sendJson } from './answer.ts';
import { createApi } from './api.ts';
import type { Crm } from './crm.ts';
import { PAGE_CSS, PAGE_JS } from './page-files.ts';
import { renderMain, renderPage } from './page.ts';

/** Nothing of the page comes from elsewhere, and nothing in it runs but its own script. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; media-src 'self'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** The demo CRM's web server: the API behind its token, the page for whoever sits at this machine. */
export function createCrmServer(crm: Crm, token: string): Server {
  const api = createApi(crm, token);
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
      } else if (error instanceof Refusal) {
        sendJson(response, error.status, { error: error.message });
      } else {
        sendJson(response, 500, { error: error instanceof Error ? error.message : 'unknown' });
      }
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://demo.invalid');
    if (url.pathname.startsWith('/api/')) {
      await api(request, response, url);
    } else {
      answerPage(url.pathname, response);
    }
  }

  function answerPage(path: string, response: ServerResponse): void {
    const send = (type: string, text: string): void => {
      response
        .writeHead(200, { ...PAGE_HEADERS, 'content-type': `${type}; charset=utf-8` })
        .end(text);
    };
    const [, folder = '', id = ''] = path.split('/');
    switch (folder) {
      case '':
        return send('text/html', renderPage(crm));
      case 'main':
        return send('text/html', renderMain(crm));
      case 'page.css':
        return send('text/css', PAGE_CSS);
      case 'page.js':
        return send('text/javascript', PAGE_JS);
      case 'contacts':
      case 'calls':
        response
          .writeHead(303, { location: `/#${folder.slice(0, -1)}-${encodeURIComponent(id)}` })
          .end();
        return undefined;
      case 'recordings':
        return sendRecording(id, response);
      default:
        throw new Refusal(404, `There is no page ${path}.`);
    }
  }

  function sendRecording(id: string, response: ServerResponse): void {
    const call = crm.call(id);
    if (call === undefined || call.recording === null) {
      throw new Refusal(404, 'There is no such recording.');
    }
    // Only sound is played in the page: a file of another type is a download, whatever its sender called it.
    const isSound = /^audio\/[a-z0-9.+-]+$/.test(call.recording.type);
    response.writeHead(200, {
      ...PAGE_HEADERS,
      'content-type': isSound ? call.recording.type : 'application/octet-stream',
      'content-length': call.recording.size,
    });
    createReadStream(crm.recordingFile(id))
      .on('error', () => response.destroy())
      .pipe(response);
  }
}
