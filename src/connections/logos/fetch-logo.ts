import { createHash } from 'node:crypto';

import type { Egress, EgressResult } from '../../http/egress.ts';
import { imageTypeOf } from './image-type.ts';
import type { ImageType } from './image-type.ts';

export interface Logo {
  readonly bytes: Uint8Array;
  readonly mediaType: ImageType;
  /** Lower-case hex. */
  readonly sha256: string;
}

export type FetchedLogo =
  | { readonly status: 'stored'; readonly logo: Logo }
  /** `later`: the same address may answer better in a while. `message`: one sentence for people. */
  | { readonly status: 'later' | 'never'; readonly message: string };

/** A card of the catalogue is small; larger pictures slow every page that shows them. */
export const LOGO_MAX_BYTES = 256 * 1024;
const DEADLINE_MS = 10_000;

/**
 * Fetches the picture of an integration through the egress door, without credentials. The address
 * comes from whoever wrote the document, so it is judged like any other, at each redirect too, and
 * only what begins like a picture is kept. Never rejects.
 */
export async function fetchLogo(
  deps: { readonly egress: Pick<Egress, 'send'> },
  of: {
    readonly url: string;
    readonly organizationId: string | null;
    readonly signal: AbortSignal;
  },
): Promise<FetchedLogo> {
  const chunks: Uint8Array[] = [];
  const answer = await deps.egress.send({
    method: 'GET',
    url: of.url,
    headers: [['accept', 'image/webp, image/png, image/jpeg, image/gif']],
    organizationId: of.organizationId ?? 'shipped',
    connectionId: 'logos',
    signal: of.signal,
    deadlineMs: DEADLINE_MS,
    followsElsewhere: true,
    download: {
      maxBytes: LOGO_MAX_BYTES,
      write: async (chunk) => {
        chunks.push(chunk);
      },
    },
  });
  const failed = whyNot(answer);
  if (failed !== undefined) return failed;
  const bytes = Buffer.concat(chunks);
  const mediaType = imageTypeOf(bytes);
  if (mediaType === undefined) {
    const message = 'The logo is no PNG, JPEG, WebP or GIF: give the address of such a picture.';
    return { status: 'never', message };
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { status: 'stored', logo: { bytes, mediaType, sha256 } };
}

function whyNot(answer: EgressResult): Exclude<FetchedLogo, { status: 'stored' }> | undefined {
  if (answer.kind === 'response') {
    if (answer.status === 200) return undefined;
    const message = `The address of the logo answered ${String(answer.status)}.`;
    const again = answer.status >= 500 || answer.status === 429 || answer.status === 408;
    return { status: again ? 'later' : 'never', message };
  }
  if (answer.code === 'body_too_large') {
    const message = `The logo is larger than ${String(LOGO_MAX_BYTES / 1024)} KiB: give a smaller one.`;
    return { status: 'never', message };
  }
  // What is blocked says itself which setting would allow it.
  const message = `The logo cannot be fetched: ${answer.message}`;
  return { status: answer.phase === 'blocked' ? 'never' : 'later', message };
}
