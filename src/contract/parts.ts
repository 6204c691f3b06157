import * as z from 'zod';

import { isCountry } from '../text/country.ts';

/** Rows of a list when the request names no limit. */
export const DEFAULT_PAGE_ROWS = 50;
/** Most rows of one page: a page stays under a few hundred kilobytes. */
export const MAX_PAGE_ROWS = 200;
/** Names the organization for an admin key; other keys carry their organization. */
export const ORGANIZATION_HEADER = 'Patchcord-Organization';

export const noParams = z.object({});
export const noQuery = z.strictObject({});
export const noBody = z.undefined();
export const noContent = z.undefined();

const MAX_ID_LENGTH = 200;

/** An id as it stands in a path or a member: text, never a number. */
export function idOf(thing: string): z.ZodString {
  return z
    .string()
    .min(1)
    .max(MAX_ID_LENGTH)
    .meta({
      description: `Id of the ${thing}.`,
      examples: ['01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10'],
    });
}

/** Longest external id, in UTF-16 units. */
export const MAX_EXTERNAL_ID_LENGTH = 200;

/** The id that an object has in the system of whoever provisions it. Upper and lower case differ. */
export const externalId = z
  .string()
  .min(1)
  .max(MAX_EXTERNAL_ID_LENGTH)
  .regex(/^\P{Cc}+$/u, 'must have no control characters')
  .meta({
    description: 'Your own id of it, for example from your customer database.',
    examples: ['customer-4711'],
  });

/** A moment: ISO 8601 in UTC with milliseconds. */
export function moment(description: string): z.ZodString {
  return z
    .string()
    .meta({ description, format: 'date-time', examples: ['2026-03-02T09:15:00.000Z'] });
}

/** Members of the query that every list takes. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE_ROWS)
    .default(DEFAULT_PAGE_ROWS)
    .meta({ description: 'Rows of this page.', examples: [50] }),
  cursor: z
    .string()
    .max(500)
    .optional()
    .meta({ description: '`next_cursor` of the page before; opaque.', examples: ['MDE5ODFjMmU'] }),
};

/** Members of the query of a list whose rows may have external ids. */
export const externalPageQuery = {
  ...pageQuery,
  external_id: externalId
    .optional()
    .meta({ description: 'Only the one with this external id.', examples: ['customer-4711'] }),
};

/** A page of a list; the last one has `next_cursor: null`. */
export function pageOf<T extends z.ZodType>(
  item: T,
): z.ZodObject<{
  items: z.ZodArray<T>;
  next_cursor: z.ZodNullable<z.ZodString>;
}> {
  return z.object({
    items: z.array(item).meta({ description: 'The rows of this page.' }),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Send it as `cursor` for the next page; null on the last one.' }),
  });
}

/** Two capital letters of ISO 3166-1. */
export const country = z
  .string()
  .regex(/^[A-Z]{2}$/u, 'must be two capital letters of ISO 3166-1, for example GB')
  .refine(isCountry, 'must be a country of ISO 3166-1, for example GB')
  .meta({ description: 'Country of the phone numbers, ISO 3166-1 alpha-2.', examples: ['GB'] });

/** A zone of the IANA list. */
export const timezone = z
  .string()
  .max(64)
  .refine(isZone, 'must be a zone of the IANA list, for example Europe/London')
  .meta({ description: 'Time zone, IANA name.', examples: ['Europe/London'] });

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
