import { numberOf } from './calls.ts';
import type { Report } from './calls.ts';
import type { BenchOffice } from './offices.ts';
import type { RawClient } from './raw-client.ts';

/** Reports events of calls as a phone system does; call n belongs to the office n modulo their number. */
export function reporter(
  client: RawClient,
  offices: readonly Pick<BenchOffice, 'eventsKey'>[],
): Report {
  return async (call, kind) => {
    const office = offices[call % offices.length];
    if (office === undefined) throw new Error('there is no office');
    const { status, body } = await client.post(
      '/v1/call-events',
      office.eventsKey,
      eventOf(call, kind),
    );
    if (status !== 202 || !body.includes('"accepted"')) throw new Error(`${status}: ${body}`);
  };
}

/** One event as JSON. Only the ring carries the numbers. */
export function eventOf(call: number, kind: 'ringing' | 'answered' | 'ended'): string {
  const event = { call_id: `call-${call}`, kind, direction: 'inbound', extension: '201' };
  if (kind === 'ended') return JSON.stringify({ ...event, result: 'answered', duration: 63 });
  const numbers = { calling_number: numberOf(call), called_number: '+442079460000' };
  return JSON.stringify({ ...event, ...numbers });
}
