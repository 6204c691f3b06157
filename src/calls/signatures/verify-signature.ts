import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of Standard Webhooks 1.0.0, as they came. */
export interface SignatureHeaders {
  readonly id: string | undefined;
  /** Epoch seconds. */
  readonly timestamp: string | undefined;
  /** `v1,` and Base64; several stand side by side with spaces between them. */
  readonly signature: string | undefined;
}

export type Verdict =
  | {
      readonly ok: true;
      readonly messageId: string;
      /** Which of the secrets it was, from 0. */
      readonly secret: number;
    }
  /** A sentence for the sender: what is wrong, what to do. */
  | { readonly ok: false; readonly message: string };

/** How far the clocks of sender and receiver may be apart: what the libraries of the standard take. */
export const TOLERANCE_MS = 5 * 60 * 1_000;
/** A sender that changes its secret sends two; more than these are not looked at. */
const MOST_SIGNATURES = 10;
const ID = /^[\x21-\x7e]{1,200}$/u;
/** Whole seconds, up to the year 5138. */
const SECONDS = /^\d{1,11}$/u;
const SIGNATURE = /^v1,([A-Za-z0-9+/]{43}=?)$/u;

/**
 * Judges the signature of a message by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`. An id
 * may hold full stops here: the body begins as JSON, so no other cut of the same bytes is a message.
 * Each secret is compared with each signature in constant time.
 */
export function verifySignature(of: {
  readonly headers: SignatureHeaders;
  /** As it came. */
  readonly body: Uint8Array;
  readonly secrets: readonly Uint8Array[];
  /** Epoch milliseconds. */
  readonly now: number;
}): Verdict {
  const { id, timestamp, signature } = of.headers;
  if (id === undefined || timestamp === undefined || signature === undefined) {
    return refuse(
      'Sign the request: `webhook-id`, `webhook-timestamp` and `webhook-signature` belong together (Standard Webhooks).',
    );
  }
  if (!ID.test(id)) {
    return refuse('`webhook-id` is 1 to 200 characters of ASCII without blanks.');
  }
  if (!SECONDS.test(timestamp)) {
    return refuse('`webhook-timestamp` is the time of sending in whole seconds since 1970.');
  }
  const late = of.now - Number(timestamp) * 1_000;
  if (Math.abs(late) > TOLERANCE_MS) {
    const seconds = Math.round(Math.abs(late) / 1_000);
    return refuse(
      `\`webhook-timestamp\` is ${seconds} seconds ${late > 0 ? 'old' : 'ahead'}, and at most ${TOLERANCE_MS / 1_000} are taken: sign each try anew, and set the clock of the sender right.`,
    );
  }
  const given = signaturesIn(signature);
  const fits = of.secrets.map((secret) => {
    const wanted = createHmac('sha256', secret)
      .update(`${id}.${timestamp}.`)
      .update(of.body)
      .digest();
    // All are compared, whichever fits.
    return given.filter((each) => timingSafeEqual(each, wanted)).length > 0;
  });
  const secret = fits.indexOf(true);
  return secret === -1
    ? refuse(
        'No signature of version `v1` fits: sign the bytes of the body as they are sent, with a signing secret that this phone system has.',
      )
    : { ok: true, messageId: id, secret };
}

/** Signatures of other versions are for others. */
function signaturesIn(header: string): readonly Uint8Array[] {
  return header
    .split(' ')
    .slice(0, MOST_SIGNATURES)
    .flatMap((one) => {
      const base64 = SIGNATURE.exec(one)?.[1];
      const bytes = base64 === undefined ? undefined : Buffer.from(base64, 'base64');
      // 43 characters are 32 bytes and two bits, which nobody sets.
      return bytes?.length === 32 ? [bytes] : [];
    });
}

function refuse(message: string): Verdict {
  return { ok: false, message };
}
