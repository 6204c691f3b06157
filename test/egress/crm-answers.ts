import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers for the CRM of the test, and keeps which paths were asked. */
export interface CrmAnswers {
  answer(request: IncomingMessage, response: ServerResponse): void;
  /** Requests whose path begins so. */
  readonly countOf: (path: string) => number;
}

/**
 * `/next`, `/link` and `/redirect` name the URL of their query, each in its way; anything else gets an
 * answer that every method can read.
 */
export function createCrmAnswers(): CrmAnswers {
  const paths: string[] = [];
  return {
    countOf: (path) => paths.filter((each) => each.startsWith(path)).length,
    answer: (request, response) => {
      const asked = new URL(request.url ?? '/', 'https://crm.test');
      paths.push(asked.pathname);
      const url = Buffer.from(asked.searchParams.get('url') ?? '', 'base64url').toString();
      const items = [{ id: '1', phone: '+442071838750' }];
      if (asked.pathname === '/redirect') {
        response.writeHead(302, { location: onWire(url) }).end();
        return;
      }
      const link = asked.pathname === '/link' ? { link: `<${onWire(url)}>; rel="next"` } : {};
      response.writeHead(200, { 'content-type': 'application/json', ...link });
      response.end(JSON.stringify({ items, next: url, token: 't', access_token: 'a' }));
    },
  };
}

/** A header has no line ends and only Latin-1: the rest goes as UTF-8, as careless servers send it. */
function onWire(url: string): string {
  return Buffer.from(url.replaceAll(/[\r\n\0]/gu, '\t').slice(0, 8_000)).toString('latin1');
}
