import { createHash } from 'node:crypto';

/** Headers of a page of ours: its one style sheet, named by its hash, and nothing else may load or run. */
export function pageHeaders(style: string): { readonly 'content-security-policy': string } {
  const hash = createHash('sha256').update(style).digest('base64');
  return {
    'content-security-policy': `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}
