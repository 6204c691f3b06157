import type { Endpoint } from './endpoint.ts';

/** Which key a route asks for, as a sentence in Markdown. */
export function keyWords({ scopes, ownKey }: Pick<Endpoint, 'scopes' | 'ownKey'>): string {
  if (ownKey !== undefined) return ownKey;
  return scopes.length === 0
    ? 'No key is asked for.'
    : `Scopes: ${scopes.map((scope) => `\`${scope}\``).join(', ')}.`;
}
