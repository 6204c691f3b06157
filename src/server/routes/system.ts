import { STYLE } from '../../contract/reference-page/style.ts';
import { referencePage } from '../../contract/reference-page/page.ts';
import {
  getLive,
  getMetrics,
  getOpenApi,
  getReady,
  getReference,
  getRoot,
} from '../../contract/system.ts';
import { lazily } from '../lazily.ts';
import type { Metrics } from '../metrics.ts';
import { pageHeaders } from '../page-headers.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

export interface SystemDeps {
  /** Of the server. */
  readonly version: string;
  /** The API as OpenAPI 3.1; takes a tenth of a second. */
  readonly buildOpenApi: () => Readonly<Record<string, unknown>>;
  /** Rejects while the server cannot take call events. */
  readonly checkReady: () => Promise<void>;
  readonly metrics: Pick<Metrics, 'read'>;
}

/** What an operator's machines ask, without a key. */
export function systemRoutes(deps: SystemDeps): readonly Route[] {
  // No start waits for what most servers are never asked.
  const openApi = lazily(deps.buildOpenApi);
  const page = lazily(() => referencePage(openApi()));
  const headers = pageHeaders(STYLE);
  return [
    route(getRoot, async () => ({
      body: {
        name: 'Patchcord' as const,
        version: deps.version,
        reference: getReference.path,
        openapi: getOpenApi.path,
        ready: getReady.path,
        metrics: getMetrics.path,
        next: 'Send `Authorization: Bearer <key>` to the routes of the reference; `patchcord key create` makes a key. README.md leads through the first steps, docs/guide/ goes on.',
      },
    })),
    route(getOpenApi, async () => ({ body: openApi() })),
    route(getReference, async () => ({ body: page(), headers })),
    route(getLive, async () => ({ body: { status: 'ok' as const } })),
    route(getReady, async () => {
      await deps.checkReady();
      return { body: { status: 'ok' as const } };
    }),
    route(getMetrics, async () => ({ body: await deps.metrics.read() })),
  ];
}
