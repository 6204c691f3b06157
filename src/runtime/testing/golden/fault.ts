import type { EgressResult } from '../../../http/egress.ts';

/** A fault of the catalogue, as the way out hands it to the runtime. */
export interface GoldenFault {
  readonly name: string;
  /** What `Egress.send` gives. */
  readonly result: EgressResult;
  /** Milliseconds since the record of the call was created. */
  readonly recordAgeMs?: number;
  /** What the document says in each of its methods beside the usual. */
  readonly says?: Readonly<Record<string, unknown>>;
}

/** The clock of the golden tests, epoch milliseconds: the date of RFC 9110's examples. */
export const GOLDEN_NOW = Date.UTC(1994, 10, 6, 8, 49, 37);

/** An exchange that ended without a whole answer. */
export function failed(phase: FailurePhase, code: string, status?: number): EgressResult {
  const why = { kind: 'failure', phase, code, message: 'Why.', durationMs: 1 } as const;
  return status === undefined ? why : { ...why, status };
}

type FailurePhase = Extract<EgressResult, { kind: 'failure' }>['phase'];

/** An answer; a body that is no text or bytes goes as JSON. */
export function answered(
  status: number,
  body: unknown = { id: '77' },
  headers: Readonly<Record<string, string>> = {},
): EgressResult {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    kind: 'response',
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: body instanceof Uint8Array ? body : Buffer.from(text),
    url: 'https://crm.test/thing',
    durationMs: 1,
  };
}
