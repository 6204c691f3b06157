import * as z from 'zod';
import { readListPlace } from '../../runtime/list-place.ts';
import type { ListPlace } from '../../runtime/list-place.ts';
import { Marks } from './marks.ts';

/** Where a pass stands, as it is kept between two batches. */
export interface SyncPlace {
  /** Digest of what the list was asked by; see `basisOf`. */
  readonly basis: string;
  /** When it stood here; epoch milliseconds. */
  readonly at: number;
  /** `since` of each method object. */
  readonly since: readonly (string | number | null)[];
  /** What the records said so far of how far they have come. */
  readonly raised: Marks;
  /** Records of the pages before it: what counted of a page that was not whole counts again. */
  readonly received?: number;
  /** An answer lacked its list: the pass does not say who is gone. */
  readonly lacked?: true;
  /** The next page; absent: the first one. */
  readonly list?: ListPlace;
  /** The list was read to its end; what is left is to end the pass. */
  readonly ended?: true;
}

const KEPT = z.object({
  basis: z.string(),
  at: z.number(),
  since: z.array(z.union([z.string(), z.number(), z.null()])),
  raised: Marks,
  received: z.int().min(0).exactOptional(),
  lacked: z.literal(true).exactOptional(),
  list: z.unknown().optional(),
  ended: z.literal(true).exactOptional(),
});

/** The place as text; it may hold marks and links that are secrets of the CRM. */
export function writePlace(place: SyncPlace): string {
  return JSON.stringify(place);
}

/** Reads a kept place; `undefined` for what another version wrote, or is none: the pass begins anew. */
export function readPlace(text: string | undefined): SyncPlace | undefined {
  const read = KEPT.safeParse(parse(text));
  if (!read.success) return undefined;
  const { list, ...place } = read.data;
  if (list === undefined) return place;
  const known = readListPlace(list);
  return known === undefined ? undefined : { ...place, list: known };
}

/** What changes are asked for with, and for which document and values that is true. */
export interface KeptMarks {
  readonly basis: string;
  readonly marks: Marks;
}

const KEPT_MARKS = z.object({ basis: z.string(), marks: Marks });

export function writeMarks(kept: KeptMarks): string {
  return JSON.stringify(kept);
}

/** Reads kept marks; `undefined` for what is none: the next pass is a full one. */
export function readMarks(text: string | undefined): KeptMarks | undefined {
  const read = KEPT_MARKS.safeParse(parse(text));
  return read.success ? read.data : undefined;
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
