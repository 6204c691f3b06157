import { hash, timingSafeEqual } from 'node:crypto';

export type KeyScope = 'admin' | 'organization' | 'events';

export interface ApiKey {
  /** The whole key: shown once, stored nowhere. */
  readonly key: string;
  /** Its public beginning, by which it is found and named. */
  readonly prefix: string;
  /** SHA-256 of the whole key: 256 random bits need no slow hash. */
  readonly hash: Uint8Array;
}

const SCOPE_MARKS = { admin: 'ad', organization: 'or', events: 'ev' } as const;
const FORM = /^(pc_(?:ad|or|ev)_[0-9a-f]{8})_[A-Za-z0-9_-]{43}$/;
const NOBODY = new Uint8Array(32);

/**
 * Makes a key of 256 random bits: `pc_<scope>_<8 hex digits>_<43 of Base64url>`. The beginning
 * lets secret scanners recognize it.
 */
export function makeApiKey(scope: KeyScope, randomBytes: (size: number) => Uint8Array): ApiKey {
  const prefix = `pc_${SCOPE_MARKS[scope]}_${Buffer.from(randomBytes(4)).toString('hex')}`;
  const key = `${prefix}_${Buffer.from(randomBytes(32)).toString('base64url')}`;
  return { key, prefix, hash: hashApiKey(key) };
}

/** The prefix of a text that has the form of a key, else undefined. */
export function prefixOf(key: string): string | undefined {
  return FORM.exec(key)?.[1];
}

/** Compares in constant time; an unknown key (no stored hash) takes as long as a wrong one. */
export function isKey(key: string, hash: Uint8Array | undefined): boolean {
  return timingSafeEqual(hashApiKey(key), hash ?? NOBODY) && hash !== undefined;
}

function hashApiKey(key: string): Uint8Array {
  return hash('sha256', key, 'buffer');
}
