import { createPhoneNumbers } from '../../contacts/phone-number.ts';
import type { CompiledDocument } from '../../document/compiled-document.ts';
import type { Egress, EgressResult } from '../../http/egress.ts';
import { EgressFault } from '../../http/fault.ts';
import { systemClock } from '../../time/clock.ts';
import type { ListEvent } from '../list-pages.ts';
import { createMethodRunner } from '../run-method.ts';
import { STREAM_LIMITS } from '../stream-answer.ts';
import type { StreamLimits } from '../stream-answer.ts';

export interface PiecewiseAnswer {
  readonly body: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Lengths of the pieces in which it comes, over and over; without them it comes whole. */
  readonly pieces?: readonly number[];
}

/** What a list says that gets these answers, one for each page, without any socket. */
export async function listPiecewise(
  document: CompiledDocument,
  answers: readonly PiecewiseAnswer[],
  limits: Partial<StreamLimits> = {},
): Promise<readonly ListEvent[]> {
  let asked = 0;
  const egress: Egress = {
    send: async ({ url, stream }) => {
      const { body, headers = {}, pieces } = answers[asked] ?? { body: new Uint8Array(0) };
      asked += 1;
      const head = { status: 200, headers, url };
      const whole: EgressResult = { kind: 'response', ...head, body, durationMs: 1 };
      if (stream === undefined || pieces === undefined || !stream.begins(head)) return whole;
      try {
        for (let at = 0, turn = 0; at < body.length; turn += 1) {
          const length = Math.max(1, pieces[turn % pieces.length] ?? 1);
          await stream.write(body.slice(at, at + length));
          at += length;
        }
        await stream.end();
      } catch (err) {
        if (!(err instanceof EgressFault)) throw err;
        const { phase, code, message } = err;
        return { kind: 'failure', phase, code, message, status: 200, durationMs: 1 };
      }
      return { ...whole, body: new Uint8Array(0), streamedBytes: body.length };
    },
    checkUrl: () => ({ ok: true }),
    close: () => Promise.resolve(),
  };
  const runner = createMethodRunner({
    egress,
    phones: createPhoneNumbers(),
    clock: systemClock,
    randomId: () => 'boundary-0123456789',
    streamLimits: { ...STREAM_LIMITS, ...limits },
  });
  const connection = {
    ...{ id: 'c1', organizationId: 'o1', properties: { Key: 'secret-key-123' } },
    ...{ country: 'GB', timezone: 'Europe/London', origins: ['https://crm.example'] },
  };
  const events: ListEvent[] = [];
  const call = { document, method: 'Contacts', connection, values: {} } as const;
  for await (const event of runner.list(call, new AbortController().signal)) events.push(event);
  return events;
}
