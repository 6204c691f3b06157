import type { Json } from '../json-value.ts';

const BASE = {
  id: 'example',
  name: 'Example',
  class: 'crm',
  resource_url: 'https://api.example.com',
  API: { CreateActivity: { request_method: 'POST', request_path: '/calls' } },
} as const;

/** A small, faultless document with some keys changed; `undefined` leaves one out. */
export function documentWith(changes: { readonly [key: string]: Json | undefined }): string {
  const merged = Object.entries({ ...BASE, ...changes }).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(merged), null, 2);
}
