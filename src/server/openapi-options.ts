import { ConnectionOptions } from '../document/options/options-schema.ts';
import { CallEvent } from '../contract/call-events.ts';
import { LIVE_SCHEMAS } from '../contract/live.ts';
import type { OpenApiOptions } from '../contract/openapi.ts';

/** What the server adds to the contract when it describes its API. */
export function openApiOptions(version: string, serverUrl?: string): OpenApiOptions {
  return {
    version,
    ...(serverUrl === undefined ? {} : { serverUrl }),
    extra: [CallEvent, ...LIVE_SCHEMAS],
    replace: {
      ConnectionOptions: ConnectionOptions.describe(
        'Rules of a connection; absent members have their default.',
      ),
    },
  };
}
