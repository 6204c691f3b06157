import { createHash } from 'node:crypto';

import { z } from 'zod';

import { canonicalJson } from '../text/canonical-json.ts';
import { DEPTH_MAX, isDeeperThan, parseCallEvent } from './call-event.ts';
import type { CallEvent, ParsedEvent } from './call-event.ts';
import { LATEST_MS } from './event-time.ts';

const EVENT_KINDS: ReadonlyMap<string, 'ringing' | 'ended'> = new Map([
  ['StartCallActivity', 'ringing'],
  ['StopCallActivity', 'ended'],
]);

const Webhook = z.looseObject({
  method: z.string(),
  params: z.record(z.string(), z.unknown()),
});

/** The names of the original webhook → ours. `user_id` is the phone system's user, not the CRM's. */
const PARAMS: ReadonlyMap<string, string> = new Map([
  ['call_id', 'call_id'],
  ['extension', 'extension'],
  ['domain', 'domain'],
  ['connection_id', 'branch_id'],
  ['connection_name', 'branch_name'],
  ['activity_type', 'direction'],
  ['caller_number', 'calling_number'],
  ['called_number', 'called_number'],
  ['call_duration', 'duration'],
  ['call_cause', 'cause'],
]);

/** The token that authenticates the original product's webhook, from its body; never stored. */
export function webhookToken(body: unknown): string | undefined {
  const parsed = z.looseObject({ api_token: z.string().min(1) }).safeParse(body);
  return parsed.success ? parsed.data.api_token : undefined;
}

/** The body as it may be kept: without the token. */
export function withoutToken(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== 'api_token'));
}

/**
 * Reads the original product's webhook: `StartCallActivity` is a ringing call,
 * `StopCallActivity` its end. Times are epoch milliseconds, the duration is in seconds.
 */
export function parseWebhook(body: unknown): ParsedEvent {
  if (isDeeperThan(body, DEPTH_MAX)) {
    return refuse('invalid_field', '', `a webhook is at most ${DEPTH_MAX} levels deep`);
  }
  const parsed = Webhook.safeParse(body);
  if (!parsed.success) {
    return refuse('missing_field', 'method', 'the webhook needs `method` and `params`');
  }
  const kind = EVENT_KINDS.get(parsed.data.method);
  if (kind === undefined) {
    return refuse(
      'invalid_field',
      'method',
      `\`method\` is ${JSON.stringify(parsed.data.method.slice(0, 100))}; known are ${[...EVENT_KINDS.keys()].join(' and ')}`,
    );
  }
  const { params } = parsed.data;
  const event = parseCallEvent({
    ...translate(params),
    kind,
    at: kind === 'ringing' ? params['call_start'] : (params['call_end'] ?? undefined),
    event_id: `webhook-${digest({ method: parsed.data.method, params })}`,
  });
  return event.ok ? { ok: true, event: withTimes(event.event, params) } : event;
}

function translate(params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    [...PARAMS].flatMap(([from, to]) => (Object.hasOwn(params, from) ? [[to, params[from]]] : [])),
  );
}

function withTimes(event: CallEvent, params: Readonly<Record<string, unknown>>): CallEvent {
  const startedAt = readMs(params['call_start']);
  const endedAt = readMs(params['call_end']);
  const phoneUserId = params['user_id'];
  return {
    ...event,
    ...(event.unreadableTimes === undefined
      ? {}
      : { unreadableTimes: [event.kind === 'ringing' ? 'call_start' : 'call_end'] }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(typeof phoneUserId === 'string' || typeof phoneUserId === 'number'
      ? { phoneUserId: String(phoneUserId) }
      : {}),
    unknownKeys: Object.keys(params)
      .filter((key) => !KNOWN.has(key))
      .slice(0, 50)
      .map((key) => key.slice(0, 100)),
  };
}

const KNOWN = new Set([...PARAMS.keys(), 'user_id', 'call_start', 'call_end']);

function readMs(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Number(value) : value;
  return typeof ms === 'number' && Number.isInteger(ms) && ms > 0 && ms <= LATEST_MS
    ? ms
    : undefined;
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 40);
}

function refuse(
  code: 'missing_field' | 'invalid_field',
  field: string,
  message: string,
): ParsedEvent {
  return { ok: false, code, field, message };
}
