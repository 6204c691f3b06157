import type { Json } from '../../document/json-value.ts';
import type { Egress, EgressResult } from '../../http/egress.ts';
import type { EgressRequest } from '../../http/egress-request.ts';
import type { DocumentTest } from './read-tests.ts';

/** A request that a test made, with its body as a text. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string | undefined;
}

/**
 * Stands in for the network: keeps each request in `sent` and gives the answers of the test in their
 * order. What comes after the last of them gets none.
 */
export function givenAnswers(
  test: DocumentTest,
  sent: SentRequest[],
): Pick<Egress, 'send' | 'close' | 'checkUrl'> {
  return {
    send: async (request) => {
      const { answer } = test.exchanges[sent.length] ?? {};
      sent.push(sentRequest(request, test.file ?? ''));
      return answer === undefined ? NO_ANSWER : toResult(answer, request.url);
    },
    checkUrl: () => ({ ok: true }),
    close: async () => {},
  };
}

const NO_ANSWER: EgressResult = {
  kind: 'failure',
  phase: 'before_write',
  code: 'no_answer',
  message: 'The test has no answer for this request.',
  durationMs: 0,
};

function sentRequest({ method, url, headers, body }: EgressRequest, file: string): SentRequest {
  if (body === undefined) return { method, url, headers, body: undefined };
  const texts = body.chunks.map((chunk) => {
    if (typeof chunk === 'string') return chunk;
    return chunk.file === 'bytes' ? file : Buffer.from(file, 'utf8').toString('base64');
  });
  const type = ['Content-Type', body.contentType] as const;
  return { method, url, headers: [...headers, type], body: texts.join('') };
}

function toResult(
  { status, headers, body }: DocumentTest['exchanges'][number]['answer'],
  url: string,
): EgressResult {
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain' : 'application/json';
  return {
    kind: 'response',
    status,
    headers: { ...(body === undefined ? {} : { 'content-type': type }), ...headers },
    body: new TextEncoder().encode(bodyText(body)),
    url,
    durationMs: 0,
  };
}

function bodyText(body: Json | undefined): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}
