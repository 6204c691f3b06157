import { CallEvent } from '../contract/call-events.ts';
import type { OpenApiOptions } from '../contract/openapi.ts';

/** What the server adds to the contract when it describes its API. */
export function openApiOptions(version: string): OpenApiOptions {
  return { version, extra: [CallEvent] };
}
