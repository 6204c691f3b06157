import { z } from 'zod';
import type { PagerState } from '../document/paging/pager.ts';

/**
 * Where the reading of a list goes on. JSON; cursors and links in it may be secrets of the CRM. It is
 * worth something only with the document and the values with which the reading began.
 */
export interface ListPlace {
  /** The method object, from 0 in the order of the document. */
  readonly object: number;
  /** The next page; without it the first page of the object. */
  readonly page?: PagerState;
  /** An earlier object was not read to its end: the list will not be complete. */
  readonly incomplete?: true;
}

const SCALAR = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const PLACE = z.object({
  object: z.int().min(0),
  page: z
    .object({
      pages: z.int().min(0),
      position: z.number(),
      moving: z.record(z.string(), SCALAR),
      nextUrl: z.string().exactOptional(),
      seen: z.array(z.string()),
    })
    .exactOptional(),
  incomplete: z.literal(true).exactOptional(),
});

/** Reads a place that was kept as JSON; `undefined` for what is none. */
export function readListPlace(kept: unknown): ListPlace | undefined {
  const read = PLACE.safeParse(kept);
  return read.success ? read.data : undefined;
}
