import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What the authorization server signs with: its tokens by the key, its cookies by the secret. */
export interface ServerKeys {
  readonly key: JsonKey;
  readonly cookieSecret: string;
}

type JsonKey = Readonly<Record<string, unknown>> & { readonly kty: string };

/** The keys of a file that only its owner reads; they are made when it is absent. */
export function readServerKeys(file: string): ServerKeys {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' };
    const cookieSecret = randomBytes(32).toString('base64url');
    writeFileSync(file, JSON.stringify({ key, cookieSecret }), { mode: 0o600 });
  }
  // Written above alone.
  return JSON.parse(readFileSync(file, 'utf8')) as ServerKeys;
}
