import { randomBytes } from 'node:crypto';

import { expect, vi } from 'vitest';

import { textAt } from '../../server/testing/test-server.ts';
import type { CanaryStage } from './canary-stage.ts';

const NUMBERS = { calling_number: '+442071838750', called_number: '+442079460000' };
const ADDRESSES = 20;
const WAIT = { timeout: 20_000, interval: 100 };

/** A phone system's signing secrets: one made here, one brought along, one in the wrong place. */
export async function signEvents(
  stage: CanaryStage,
  key: string,
  phone: string,
  events: string,
): Promise<void> {
  const { ask, secret, secrets, seen, send } = stage;
  const path = `/v1/phone-systems/${phone}/signing-secrets`;
  const own = `whsec_${randomBytes(32).toString('base64')}`;
  const kept = await send('POST', path, {
    key,
    headers: { 'idempotency-key': '"canary-signing"' },
    body: {},
  });
  const made = textAt(kept.body, 'secret');
  const brought = await send('POST', path, { key, body: { secret: own } });
  secrets.push(made, made.slice('whsec_'.length), own, own.slice('whsec_'.length));
  for (const { text } of [kept, brought]) {
    seen.push([`POST ${path}`, text.replaceAll(made, '').replaceAll(own, '')]);
  }
  const wrong = `whsec_${secret().repeat(9)}`;
  await ask('POST', path, { key, body: { secret: wrong } });
  await ask('POST', '/v1/call-events', {
    key: events,
    headers: {
      'webhook-id': 'm',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': own,
    },
    body: [{ kind: 'ended', call_id: 'unsigned' }],
  });
}

/** Calls with recordings, also by the original product's webhook, until each connection has tried. */
export async function placeCalls(
  stage: CanaryStage,
  events: string,
  phone: string,
  connections: number,
): Promise<void> {
  const { address, ask, server } = stage;
  for (let count = 0; count < 3; count += 1) {
    const of = { call_id: `call-${count}` };
    const ringing = { kind: 'ringing', direction: 'inbound', extension: '101', ...NUMBERS };
    const recording = { url: address(`first-${count}`) };
    await ask('POST', '/v1/call-events', {
      key: events,
      body: [
        { ...of, ...ringing, recording },
        { ...of, kind: 'answered', extension: '101' },
        { ...of, kind: 'ended' },
      ],
    });
  }
  await ask('PUT', '/v1/calls/call-0/recording', {
    key: events,
    headers: { 'content-type': 'audio/wav' },
    body: Buffer.concat([Buffer.from('RIFF0000WAVEfmt '), Buffer.alloc(2_000, 1)]),
  });
  for (let count = 0; count < ADDRESSES; count += 1) {
    const recording = { url: address(String(count)), filename: `${count}.wav` };
    await ask('POST', '/v1/call-events', {
      key: events,
      body: [{ kind: 'recorded', call_id: `call-${count % 3}`, recording }],
    });
  }
  // The original product's webhook carries its key in the body.
  await ask('POST', `/hooks/ringotel/${phone}`, {
    body: {
      method: 'StartCallActivity',
      api_token: events,
      params: {
        call_id: 'hooked',
        extension: '101',
        activity_type: 'inbound',
        caller_number: NUMBERS.calling_number,
        called_number: NUMBERS.called_number,
      },
    },
  });
  await vi.waitFor(async () => {
    const lanes = await server.database.read
      .selectFrom('attempt')
      .select(({ fn }) => fn.count<number>('lane_id').distinct().as('count'))
      .where('state', '=', 'settled')
      .executeTakeFirstOrThrow();
    expect(Number(lanes.count)).toBeGreaterThan(connections);
  }, WAIT);
}
