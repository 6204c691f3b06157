import { createHmac, timingSafeEqual } from 'node:crypto';

/** Where a recording can be had from outside. */
export interface RecordingUrls {
  /** The bytes, for whoever has the link, until it ends. */
  readonly contentUrl: string;
  /** The recording's page, for whoever may sign in or has a key. */
  readonly callUrl: string;
}

export interface RecordingLinks {
  /** Both addresses; `now` in epoch milliseconds says from when the link counts. */
  urlsOf(recording: { readonly id: string; readonly callId: string }, now: number): RecordingUrls;
  /** Judges a link that somebody presents. A forged one is the same as one of an unknown recording. */
  judge(
    link: { readonly id: string; readonly expires: string; readonly signature: string },
    now: number,
  ): 'valid' | 'expired' | 'forged';
}

export interface RecordingLinkDeps {
  /** 32 bytes each, derived from the vault's: the first one signs, all are believed. */
  readonly keys: () => readonly Uint8Array[];
  /** PUBLIC_URL: scheme, host and port. */
  readonly origin: string;
  /** How long a link is valid, in milliseconds. */
  readonly validMs: number;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Makes and judges links to recordings. */
export function createRecordingLinks(deps: RecordingLinkDeps): RecordingLinks {
  return {
    urlsOf: ({ id, callId }, now) => {
      // Whole days, so that a request that is repeated tells the CRM the same link.
      const expires = String((Math.ceil(now / DAY_MS) * DAY_MS + deps.validMs) / 1_000);
      const [key] = deps.keys();
      if (key === undefined) throw new Error('there is always a key to sign with');
      const query = `expires=${expires}&signature=${sign(key, id, expires)}`;
      return {
        contentUrl: `${deps.origin}/v1/recordings/${id}/content?${query}`,
        callUrl: `${deps.origin}/v1/calls/${callId}/recordings/${id}`,
      };
    },
    judge: ({ id, expires, signature }, now) => {
      const given = Buffer.from(signature);
      const genuine = deps.keys().map((key) => isSame(given, Buffer.from(sign(key, id, expires))));
      if (!genuine.includes(true)) return 'forged';
      return Number(expires) * 1_000 > now ? 'valid' : 'expired';
    },
  };
}

/** Only lengths are compared openly, and everybody knows the right one. */
function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/**
 * HMAC-SHA-256 over what the link opens and until when. The prefix lets log and ledger know it as a
 * secret wherever it stands: `text/scrub.ts`.
 */
function sign(key: Uint8Array, id: string, expires: string): string {
  const mac = createHmac('sha256', key).update(`recording content\n${id}\n${expires}`);
  return `${LINK_SIGNATURE_PREFIX}${mac.digest('base64url')}`;
}

const LINK_SIGNATURE_PREFIX = 'pcr-';
