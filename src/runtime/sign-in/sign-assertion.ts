import { constants, createHmac, createPrivateKey, sign } from 'node:crypto';
import type { KeyObject, SignKeyObjectInput } from 'node:crypto';

import type { AssertionAlgorithm, SignInAssertion } from '../../document/compiled-document.ts';

export type SignedAssertion =
  | { readonly status: 'signed'; readonly assertion: string }
  /** The key is none, or not one for the algorithm; the message never repeats it. */
  | { readonly status: 'bad_key'; readonly message: string };

/** Servers reject a token from the future; a minute covers what clocks differ by. */
const CLOCK_MARGIN_SECONDS = 60;
const NEXT = 'Put another key into the connection, and tell the CRM what belongs to it.';
/** RFC 7518, sections 3.3 and 3.5. */
const RSA_BITS_MIN = 2_048;

type Signer = (key: KeyObject) => {
  readonly hash: string | null;
  readonly input: SignKeyObjectInput;
};

/** RFC 7518, sections 3.3 to 3.5, and RFC 8037; a signature of ES256 is two numbers, not DER. */
const SIGNERS: Readonly<Record<Exclude<AssertionAlgorithm, 'HS256'>, Signer>> = {
  RS256: (key) => ({ hash: 'sha256', input: { key } }),
  RS384: (key) => ({ hash: 'sha384', input: { key } }),
  RS512: (key) => ({ hash: 'sha512', input: { key } }),
  PS256: (key) => ({
    hash: 'sha256',
    input: {
      key,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    },
  }),
  ES256: (key) => ({ hash: 'sha256', input: { key, dsaEncoding: 'ieee-p1363' } }),
  ES384: (key) => ({ hash: 'sha384', input: { key, dsaEncoding: 'ieee-p1363' } }),
  EdDSA: (key) => ({ hash: null, input: { key } }),
};

/** The kind of key, and for ES256 and ES384 the curve, that an algorithm signs with. */
const KEY_KINDS: Readonly<
  Record<keyof typeof SIGNERS, { readonly types: readonly string[]; readonly curve?: string }>
> = {
  RS256: { types: ['rsa'] },
  RS384: { types: ['rsa'] },
  RS512: { types: ['rsa'] },
  PS256: { types: ['rsa', 'rsa-pss'] },
  ES256: { types: ['ec'], curve: 'prime256v1' },
  ES384: { types: ['ec'], curve: 'secp384r1' },
  EdDSA: { types: ['ed25519', 'ed448'] },
};

/**
 * Signs a JWT for the grant `jwt_bearer` (RFC 7523) with the key of the connection. Adds `iat`
 * (a minute back), `exp` and `jti`; `now` in epoch milliseconds.
 */
export function signAssertion(
  { algorithm, keyId, privateKey, claims, lifetimeSeconds }: SignInAssertion,
  given: { readonly now: number; readonly id: string },
): SignedAssertion {
  const seconds = Math.floor(given.now / 1_000);
  const header = { alg: algorithm, typ: 'JWT', ...(keyId === undefined ? {} : { kid: keyId }) };
  const payload = {
    iat: seconds - CLOCK_MARGIN_SECONDS,
    exp: seconds + lifetimeSeconds,
    jti: given.id,
    ...claims,
  };
  const text = `${encode(header)}.${encode(payload)}`;
  if (algorithm === 'HS256') {
    if (privateKey.trimStart().startsWith('-----BEGIN')) {
      const message = `The private key is PEM, but HS256 signs with a shared secret. ${NEXT}`;
      return { status: 'bad_key', message };
    }
    const mac = createHmac('sha256', privateKey).update(text).digest('base64url');
    return { status: 'signed', assertion: `${text}.${mac}` };
  }
  const key = readKey(privateKey);
  if (key === undefined) {
    return {
      status: 'bad_key',
      message: `The private key cannot be read: it must be PEM. ${NEXT}`,
    };
  }
  const kind = KEY_KINDS[algorithm];
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (
    !kind.types.includes(key.asymmetricKeyType ?? '') ||
    (kind.curve !== undefined && kind.curve !== curve)
  ) {
    return { status: 'bad_key', message: `The private key is none for ${algorithm}. ${NEXT}` };
  }
  const bits = key.asymmetricKeyDetails?.modulusLength;
  if (bits !== undefined && bits < RSA_BITS_MIN) {
    const message = `The private key has ${String(bits)} bits: ${algorithm} needs an RSA key of at least ${String(RSA_BITS_MIN)}. ${NEXT}`;
    return { status: 'bad_key', message };
  }
  const { hash, input } = SIGNERS[algorithm](key);
  try {
    const signature = sign(hash, Buffer.from(text), input).toString('base64url');
    return { status: 'signed', assertion: `${text}.${signature}` };
  } catch {
    // A key of RSA-PSS may demand another digest or salt than the algorithm has (RFC 4055, 3.1).
    return { status: 'bad_key', message: `The private key does not permit ${algorithm}. ${NEXT}` };
  }
}

/** Forms make one line of a PEM text, or write its line ends as `\n`: both are read. */
function readKey(text: string): KeyObject | undefined {
  const pem = text.replaceAll('\\n', '\n').trim();
  const oneLine = /^(-----BEGIN [A-Z ]+-----)([A-Za-z0-9+/=\s]+)(-----END [A-Z ]+-----)$/.exec(pem);
  const whole =
    oneLine === null
      ? pem
      : `${oneLine[1] ?? ''}\n${(oneLine[2] ?? '').replaceAll(/\s+/g, '')}\n${oneLine[3] ?? ''}\n`;
  try {
    return createPrivateKey(whole);
  } catch {
    return undefined;
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
