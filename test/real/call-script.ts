import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

import { apiClient } from './api-client.ts';
import type { Office } from './office.ts';

export interface ScriptedCall {
  readonly callId: string;
  readonly from: string;
  /** Epoch milliseconds at which it began to ring. */
  readonly startedAt: number;
  readonly recording: Uint8Array;
}

/** Seconds that the scripted call rings, and that people talk. */
export const RING_SECONDS = 7;
export const TALK_SECONDS = 133;

/** The events of one inbound call to extension 201, as a phone system sends them. */
export function eventsOf(call: ScriptedCall): readonly Readonly<Record<string, unknown>>[] {
  const at = (seconds: number): string => new Date(call.startedAt + seconds * 1000).toISOString();
  const common = { call_id: call.callId };
  return [
    {
      ...common,
      event_id: `${call.callId}-1`,
      kind: 'ringing',
      at: at(0),
      direction: 'inbound',
      extension: '201',
      calling_number: call.from,
      called_number: '+442079460000',
    },
    {
      ...common,
      event_id: `${call.callId}-2`,
      kind: 'answered',
      at: at(RING_SECONDS),
      extension: '201',
    },
    {
      ...common,
      event_id: `${call.callId}-3`,
      kind: 'noted',
      at: at(60),
      description: 'Asked about the invoice of March',
    },
    {
      ...common,
      event_id: `${call.callId}-4`,
      kind: 'ended',
      at: at(RING_SECONDS + TALK_SECONDS),
      extension: '201',
      duration: TALK_SECONDS,
      result: 'answered',
    },
  ];
}

/** Bytes of a sound file, other ones for each text. */
export function soundOf(text: string): Buffer {
  const sound = Buffer.concat([Buffer.from(text), Buffer.from([0, 0xff, 0x80, 0x0d, 0x0a])]);
  return Buffer.concat([
    Buffer.from('RIFF\0\0\0\0WAVEfmt '),
    ...Array.from({ length: 100 }, () => sound),
  ]);
}

const Results = z.object({
  results: z.array(z.object({ status: z.string(), call_id: z.string().nullable() })),
});

/** Sends one event; gives what became of it. Throws when the server did not acknowledge it. */
export async function report(
  origin: string,
  office: Office,
  event: Readonly<Record<string, unknown>>,
): Promise<{ status: string; callId: string | null }> {
  const phone = apiClient(origin, office.eventsKey);
  const answer = Results.parse(await phone.post('/v1/call-events', event));
  const [first] = answer.results;
  return { status: first?.status ?? 'missing', callId: first?.call_id ?? null };
}

export const LedgerCall = z.object({
  id: z.string(),
  state: z.string(),
  possible_duplicate: z.boolean(),
  steps: z.array(
    z.object({
      method: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      possible_duplicate: z.boolean(),
      attempts: z.array(z.object({ state: z.string(), effect: z.string().nullable() })),
    }),
  ),
});
export type LedgerCall = z.infer<typeof LedgerCall>;

/** Waits until nothing of the call is to be done any more, or `enough` says so. */
export async function waitForCall(
  office: Office,
  callId: string,
  enough: (call: LedgerCall) => boolean = isOver,
  limitMs = 60_000,
): Promise<LedgerCall> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const call = LedgerCall.parse(await office.administrator.get(`/v1/calls/${callId}`));
    if (enough(call)) return call;
    if (Date.now() > deadline) {
      throw new Error(`The call did not come to its end:\n${JSON.stringify(call, null, 1)}`);
    }
    await sleep(100);
  }
}

/** Each of these methods is delivered. */
export function delivered(...methods: readonly string[]): (call: LedgerCall) => boolean {
  return (call) =>
    methods.every((method) =>
      call.steps.some((step) => step.method === method && step.state === 'delivered'),
    );
}

function isOver(call: LedgerCall): boolean {
  return call.state !== 'open' && call.steps.length > 0;
}
