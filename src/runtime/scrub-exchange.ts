import type { RenderedRequest } from '../document/render/request.ts';
import type { PropertyField } from '../document/names/properties.ts';
import { createScrubber, SCRUBBED } from '../text/scrub.ts';

export interface ScrubbedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ScrubbedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly truncated: boolean;
}

export interface ScrubbedExchange {
  readonly request: ScrubbedRequest;
  readonly response?: ScrubbedResponse;
  readonly failure?: { readonly phase: string; readonly code: string; readonly message: string };
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly durationMs: number;
}

export interface ExchangeScrubber {
  text(text: string): string;
  /** For values that are kept and used: only secrets too long to stand there by chance. */
  value(text: string): string;
  request(request: RenderedRequest, fileBytes: number | undefined): ScrubbedRequest;
  response(answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
  }): ScrubbedResponse;
}

/** Characters of a body that the ledger keeps. */
const BODY_MAX_CHARACTERS = 16 * 1024;
/** Scrubbed beyond the cut, so that a secret that lies across it does not show its beginning. */
const BODY_MARGIN_CHARACTERS = 16 * 1024;
/** A shorter secret may be an innocent part of a name. */
const VALUE_SECRET_MIN_CHARACTERS = 8;
/** Credentials by their place, whatever their value is. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
]);
/** Headers of answers that say something about the exchange. */
const TELLING_HEADERS =
  /^(?:content-(?:type|length|encoding)|date|etag|link|location|retry-after.*|server|www-authenticate|.*(?:rate-?limit|request-?id|correlation|trace|error|reason|warning).*)$/;

/**
 * Removes a connection's secrets from what the ledger shows: values of secret properties and tokens
 * in any form, credentials by header, and of a secret URL all but its origin.
 */
export function createExchangeScrubber(
  fields: readonly PropertyField[],
  properties: Readonly<Record<string, string>>,
  tokens: readonly string[] = [],
): ExchangeScrubber {
  const own = fields
    .filter(({ secret }) => secret)
    .flatMap((field) => secretsOf(field, properties[field.label] ?? ''));
  const secrets = [...own, ...tokens];
  const scrub = createScrubber(secrets);
  const long = secrets.filter(({ length }) => length >= VALUE_SECRET_MIN_CHARACTERS);
  return {
    text: scrub,
    value: long.length === secrets.length ? scrub : createScrubber(long),
    request: (request, fileBytes) => {
      const body = request.body?.chunks.map((chunk) =>
        typeof chunk === 'string' ? chunk : `<file ${String(fileBytes ?? 0)} bytes>`,
      );
      const type =
        request.body === undefined ? [] : [['content-type', request.body.contentType] as const];
      return {
        method: request.method,
        url: scrub(request.url),
        headers: scrubHeaders([...request.headers, ...type], scrub),
        ...(body === undefined ? {} : { body: shorten(body.join(''), scrub).text }),
      };
    },
    response: ({ status, headers, text }) => {
      const telling = Object.entries(headers).filter(([name]) => TELLING_HEADERS.test(name));
      const body = shorten(text, scrub);
      return {
        status,
        headers: scrubHeaders(telling, scrub),
        body: body.text,
        truncated: body.truncated,
      };
    },
  };
}

/** Of a secret URL the path and query, and each long piece of them. */
function secretsOf(field: PropertyField, value: string): readonly string[] {
  if (field.type !== 'url' || !/^https?:\/\//i.test(value)) return [value];
  const rest = value.replace(/^https?:\/\/[^/?#]*/i, '').replace(/\/+$/, '');
  const pieces = rest.split(/[/?&=#]/).filter((piece) => piece.length >= 8);
  return [rest, ...pieces];
}

function scrubHeaders(
  headers: readonly (readonly [string, string])[],
  scrub: (text: string) => string,
): Readonly<Record<string, string>> {
  const scrubbed: Record<string, string> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    // Vendors' header names come from outside: `__proto__` must become a member like any other.
    Object.defineProperty(scrubbed, lower, {
      value: SECRET_HEADERS.has(lower) ? hideCredentials(value) : scrub(value),
      enumerable: true,
      configurable: true,
    });
  }
  return scrubbed;
}

/** `Bearer abc` → `Bearer [secret]`: the scheme helps, the rest must not be seen. */
function hideCredentials(value: string): string {
  const scheme = /^([A-Za-z][A-Za-z-]{0,30}) \S/.exec(value)?.[1];
  return scheme === undefined ? SCRUBBED : `${scheme} ${SCRUBBED}`;
}

function shorten(
  text: string,
  scrub: (text: string) => string,
): { readonly text: string; readonly truncated: boolean } {
  const scrubbed = scrub(text.slice(0, BODY_MAX_CHARACTERS + BODY_MARGIN_CHARACTERS));
  const truncated = text.length > BODY_MAX_CHARACTERS;
  return { text: scrubbed.slice(0, BODY_MAX_CHARACTERS).toWellFormed(), truncated };
}
