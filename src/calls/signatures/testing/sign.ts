import { createHmac } from 'node:crypto';

/** The headers of a message as its sender makes them, each by itself; secrets as `whsec_…`. */
export function sign(
  body: string | Uint8Array,
  by: { readonly id: string; readonly at: number; readonly secrets: readonly string[] },
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(by.at / 1_000));
  const signatures = by.secrets.map((secret) => {
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const mac = createHmac('sha256', key);
    return `v1,${mac.update(`${by.id}.${timestamp}.`).update(body).digest('base64')}`;
  });
  return {
    'webhook-id': by.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
