import { describe, expect, it } from 'vitest';

import { parseWebhook, webhookToken, withoutToken } from './ringotel-webhook.ts';

const START = {
  method: 'StartCallActivity',
  api_token: 'secret-token',
  params: {
    call_id: 'c-1',
    user_id: 5,
    extension: '101',
    domain: 'acme.test',
    connection_id: '3',
    connection_name: 'Main office',
    activity_type: 'inbound',
    caller_number: '+442071838750',
    called_number: '+442079460000',
    call_start: 1_772_355_600_000,
  },
};
const STOP = {
  ...START,
  method: 'StopCallActivity',
  params: { ...START.params, call_end: 1_772_355_663_000, call_duration: 63, call_cause: 16 },
};

function withParams(params: object): object {
  return { ...START, params: { ...START.params, ...params } };
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

describe("the original product's webhook", () => {
  it('starts a call', () => {
    expect(parseWebhook(START)).toMatchObject({
      ok: true,
      event: {
        kind: 'ringing',
        callId: 'c-1',
        phoneUserId: '5',
        extensions: ['101'],
        domain: 'acme.test',
        branchId: '3',
        branchName: 'Main office',
        direction: 'inbound',
        callingNumber: '+442071838750',
        at: 1_772_355_600_000,
        unknownKeys: [],
      },
    });
  });

  it('ends a call, with its times and its duration in seconds', () => {
    expect(parseWebhook(STOP)).toMatchObject({
      ok: true,
      event: {
        kind: 'ended',
        startedAt: 1_772_355_600_000,
        endedAt: 1_772_355_663_000,
        duration: 63,
        cause: '16',
      },
    });
  });

  it('is the same event when it is sent again with another token', () => {
    const first = parseWebhook(START);
    const again = parseWebhook({ ...START, api_token: 'rotated' });

    expect(first.ok && again.ok && first.event.eventId === again.event.eventId).toBe(true);
  });

  it.each([
    ['no params', { method: 'StartCallActivity' }, 'method'],
    ['another method', { ...START, method: 'PlayMusic' }, 'method'],
    ['no call', { ...START, params: { ...START.params, call_id: undefined } }, 'call_id'],
    ['no body', null, 'method'],
    ['a member without bottom', withParams({ more: nested(2_000) }), ''],
  ])('is refused with %s', (_name, body, field) => {
    expect(parseWebhook(body)).toMatchObject({ ok: false, field });
  });

  it('is taken in with a start that no date can hold, which is noted by its own name', () => {
    const parsed = parseWebhook(withParams({ call_start: 2 ** 53 - 1 }));

    expect(parsed).toMatchObject({ ok: true, event: { unreadableTimes: ['call_start'] } });
    expect(parsed.ok && [parsed.event.at, parsed.event.startedAt]).toEqual([undefined, undefined]);
  });

  it('shows its token only to the door, and keeps it nowhere', () => {
    expect(webhookToken(START)).toBe('secret-token');
    expect(webhookToken({ api_token: 7 })).toBeUndefined();
    expect(JSON.stringify(withoutToken(START))).not.toContain('secret-token');
  });
});
