import { parseAllowRules } from '../allow-rules.ts';
import { createEgress } from '../egress.ts';
import type { EgressRequest } from '../egress-request.ts';
import type { Egress, EgressOptions, EgressResult } from '../egress.ts';
import { startRawServer } from './raw-server.ts';
import type { RawHandler, RawServer } from './raw-server.ts';

export interface EgressKit {
  listen(handle: RawHandler): Promise<RawServer>;
  /** An egress that lets plain http through to these loopback ports, by address and as `crm.test`. */
  open(ports: readonly number[], options?: Partial<EgressOptions>): Egress;
  /** Closes all that was opened. */
  close(): Promise<void>;
}

/** The listeners and egresses of one test file. */
export function createEgressKit(): EgressKit {
  const closing: (() => Promise<void>)[] = [];
  return {
    listen: async (handle) => {
      const server = await startRawServer(handle);
      closing.push(server.close);
      return server;
    },
    open: (ports, options = {}) => {
      const parsed = parseAllowRules(ports.map((port) => `127.0.0.1:${String(port)}`).join());
      const named = parseAllowRules(ports.map((port) => `crm.test:${String(port)}`).join());
      if (!parsed.ok || !named.ok) throw new Error('bad rules in the test');
      const egress = createEgress({
        allow: parsed.rules,
        plainHttp: [...parsed.rules, ...named.rules],
        monotonic: () => performance.now(),
        ...options,
      });
      closing.push(() => egress.close());
      return egress;
    },
    close: async () => {
      await Promise.all(closing.splice(0).map((close) => close()));
    },
  };
}

/** A GET of connection `c1` of organization `o1`. */
export function get(url: string, more: Partial<EgressRequest> = {}): EgressRequest {
  return { method: 'GET', url, headers: [], organizationId: 'o1', connectionId: 'c1', ...more };
}

/** The same as POST with a JSON body. */
export function post(
  url: string,
  text = '{"a":1}',
  more: Partial<EgressRequest> = {},
): EgressRequest {
  return get(url, {
    method: 'POST',
    body: { contentType: 'application/json', chunks: [text] },
    ...more,
  });
}

/** A whole answer with its length; `head` are further header lines. */
export function answer(body: string, head = ''): string {
  return `HTTP/1.1 200 OK\r\n${head}Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`;
}

/** Status and body, or phase and code, in one line. */
export function summary(result: EgressResult): string {
  return result.kind === 'response'
    ? `response ${String(result.status)} ${Buffer.from(result.body).toString('utf8')}`
    : `${result.phase} ${result.code}`;
}
