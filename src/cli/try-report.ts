import type { BoundRecord } from '../document/bind/compile-binding.ts';
import type { CompiledMethodObject } from '../document/compiled-document.ts';
import type { AskedRequest, MethodRun } from '../runtime/method-call.ts';
import type { ScrubbedExchange, ScrubbedRequest } from '../runtime/scrub-exchange.ts';
import type { BindingExplanation } from './explain-binding.ts';

/** What one run of `try` has to tell. */
export interface TryReport {
  /** The objects of the method, to say which of them each request is. */
  readonly objects: readonly CompiledMethodObject[];
  readonly request: ScrubbedRequest;
  readonly run: MethodRun;
  /** False for a method whose answer nobody asks for anything. */
  readonly binds: boolean;
  /** Where the map found less than it looks for. */
  readonly why: BindingExplanation | undefined;
  /** Names that the request asks for and that had no value. */
  readonly unfilled: readonly string[];
  /** What the idempotency keys of this run begin with; absent where none was sent. */
  readonly idempotencyKey?: string;
  /** What was sent before to sign in. */
  readonly signIn: readonly ScrubbedExchange[];
}

const EXCHANGES_SHOWN = 3;
const BODY_LINES_MAX = 60;
const BODY_CHARACTERS_MAX = 4_000;
const RECORDS_SHOWN = 50;

/** The report as lines for people. */
export function reportLines(report: TryReport): readonly string[] {
  const { objects, run, binds, why, unfilled, idempotencyKey, signIn } = report;
  return [
    ...(signIn.length === 0 ? [] : ['The sign-in:', '', ...signIn.flatMap(exchangeLines)]),
    ...(run.asked.length > 1
      ? run.asked.flatMap((asked, index) => [
          `${String(index + 1)}. ${placeOf(asked, objects)}`,
          '',
          ...askedLines(asked),
        ])
      : pageLines(run.exchanges)),
    ...(unfilled.length === 0
      ? []
      : [`Sent without a value, since --set gave none: ${unfilled.join(', ')}.`]),
    ...(idempotencyKey === undefined
      ? []
      : [
          'Sent with an idempotency key of this run: run again it has another, and the CRM takes it for a new request.',
        ]),
    `${run.outcome.kind}: ${forThisRun(run.outcome.message)}`,
    ...(run.endedBy === undefined ? [] : [`Paging ended by ${run.endedBy}.`]),
    ...run.notes.map(({ code, message }) => `note ${code}: ${message}`),
    ...(binds ? recordLines(run.records) : ['The method binds nothing.']),
    ...whyLines(why),
  ];
}

/** The pages of one request: the first few. */
function pageLines(exchanges: readonly ScrubbedExchange[]): readonly string[] {
  const shown = exchanges.slice(0, EXCHANGES_SHOWN);
  const left = exchanges.length - shown.length;
  return [
    ...shown.flatMap(exchangeLines),
    ...(left > 0 ? [`… and ${String(left)} more exchanges (--json shows all)`, ''] : []),
  ];
}

/** Which of the requests of a method it is; what there is one of is not counted. */
function placeOf(
  { object, request, phoneFormat }: AskedRequest,
  objects: readonly CompiledMethodObject[],
): string {
  const { contactType, requests } = objects[object] ?? { requests: [] };
  const kind = contactType === undefined ? '' : ` (${contactType})`;
  return [
    ...(objects.length > 1
      ? [`object ${String(object + 1)} of ${String(objects.length)}${kind}`]
      : []),
    ...(requests.length > 1
      ? [`request ${String(request + 1)} of ${String(requests.length)}`]
      : []),
    ...(phoneFormat === undefined ? [] : [`number as ${phoneFormat}`]),
  ].join(', ');
}

/** One request of several: what was said, and what it bound. */
function askedLines({ exchanges, bound }: AskedRequest): readonly string[] {
  return [
    ...pageLines(exchanges),
    ...(bound.length === 0 ? ['It bound nothing.'] : recordLines(bound)),
    '',
  ];
}

/** The report as one JSON text. */
export function reportJson(report: TryReport): string {
  const { request, run, why, unfilled, idempotencyKey, signIn } = report;
  const { outcome, records, exchanges, notes, endedBy, asked } = run;
  return JSON.stringify(
    {
      request,
      outcome,
      records,
      notes,
      ...(endedBy === undefined ? {} : { ended_by: endedBy }),
      without_value: unfilled,
      ...(idempotencyKey === undefined ? {} : { idempotency_key: idempotencyKey }),
      why: why?.reasons ?? [],
      ...(signIn.length === 0 ? {} : { sign_in: signIn.map(exchangeJson) }),
      ...(asked.length > 1 ? { requests: asked.map(askedJson) } : {}),
      exchanges: exchanges.map(exchangeJson),
    },
    null,
    2,
  );
}

/** Places count from 1, as in the report for people. */
function askedJson({ object, request, phoneFormat, bound }: AskedRequest): object {
  return {
    object: object + 1,
    request: request + 1,
    ...(phoneFormat === undefined ? {} : { phone_format: phoneFormat }),
    bound,
  };
}

/** A sign-in that came to nothing, as lines for people. */
export function failedSignInLines(
  message: string,
  exchanges: readonly ScrubbedExchange[],
): readonly string[] {
  return [...exchanges.flatMap(exchangeLines), `The sign-in failed: ${forThisRun(message)}`];
}

/** The same as one JSON text. */
export function failedSignInJson(message: string, exchanges: readonly ScrubbedExchange[]): string {
  const failed = { message, exchanges: exchanges.map(exchangeJson) };
  return JSON.stringify({ sign_in_failed: failed }, null, 2);
}

function exchangeJson({ startedAt, durationMs, ...exchange }: ScrubbedExchange): object {
  return {
    ...exchange,
    started_at: new Date(startedAt).toISOString(),
    duration_ms: durationMs,
  };
}

/** The operator's setting, as the option of this command. */
function forThisRun(message: string): string {
  return message
    .replaceAll(
      /The operator can allow it: EGRESS_ALLOW=(\S+)/g,
      'To allow it for this run: --allow $1',
    )
    .replaceAll(
      'The operator can allow it: the log of the server says how.',
      'Standard error says how to allow it.',
    );
}

function exchangeLines(exchange: ScrubbedExchange): readonly string[] {
  const { request, response, failure, durationMs } = exchange;
  const sent = requestLines(request);
  if (failure !== undefined) {
    // Of a request that was kept back the outcome below says why.
    const said = failure.phase === 'blocked' ? '' : `: ${failure.message}`;
    return [...sent, `! ${failure.phase} ${failure.code}${said}`, ''];
  }
  if (response === undefined) return sent;
  return [
    ...sent,
    `< ${String(response.status)} after ${String(durationMs)} ms`,
    ...Object.entries(response.headers).map(([name, value]) => `< ${name}: ${value}`),
    ...bodyLines(response.body, response.truncated).map((line) => `< ${line}`),
    '',
  ];
}

/** A request as lines, secrets already removed. */
export function requestLines(request: ScrubbedRequest): readonly string[] {
  return [
    `> ${request.method} ${request.url}`,
    ...Object.entries(request.headers).map(([name, value]) => `> ${name}: ${value}`),
    ...(request.body === undefined
      ? []
      : bodyLines(request.body, false).map((line) => `> ${line}`)),
    '',
  ];
}

function bodyLines(body: string, truncated: boolean): readonly string[] {
  if (body === '') return [];
  const lines = pretty(body).slice(0, BODY_CHARACTERS_MAX).split(/\r?\n/);
  const cut = truncated || body.length > BODY_CHARACTERS_MAX || lines.length > BODY_LINES_MAX;
  return ['', ...lines.slice(0, BODY_LINES_MAX), ...(cut ? ['… (shortened)'] : [])];
}

/** Long digits would be changed by a parse, so such a body is shown as it came. */
function pretty(body: string): string {
  if (/\d{16}/.test(body)) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function recordLines(records: readonly BoundRecord[]): readonly string[] {
  if (records.length === 0) return ['Nothing bound.'];
  const left = records.length - RECORDS_SHOWN;
  return [
    `Bound ${String(records.length)} ${records.length === 1 ? 'record' : 'records'}:`,
    ...records
      .slice(0, RECORDS_SHOWN)
      .flatMap((record, index) => [
        ...(index === 0 ? [] : ['']),
        ...Object.entries(record).map(
          ([name, value]) =>
            `  ${name.padEnd(16)} ${typeof value === 'string' ? value : value.join(', ')}`,
        ),
      ]),
    ...(left > 0 ? ['', `  … and ${String(left)} more (--json shows all)`] : []),
  ];
}

function whyLines(why: BindingExplanation | undefined): readonly string[] {
  if (why === undefined) return [];
  if (why.reasons.length === 0) return why.emptyList ? ['The list in the answer is empty.'] : [];
  return [
    'What the response_map looks for and the answer lacks:',
    ...why.reasons.map((reason) => `  ${reason}`),
  ];
}
