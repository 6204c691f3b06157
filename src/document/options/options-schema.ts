import * as z from 'zod';

import { isCountry } from '../../text/country.ts';

const template = z.string().min(1).max(500);

/** Data of a contact that may be kept; ids and names always are. */
export const CONTACT_FIELDS = ['phone', 'email', 'company', 'job_title', 'url'] as const;

export type ContactField = (typeof CONTACT_FIELDS)[number];

/**
 * The rules of a connection. Absent members take what the document's `options` say, else the default;
 * unknown ones are refused.
 */
export const ConnectionOptions = z.strictObject({
  log_inbound: z.boolean().default(true).describe('Write calls that came in.'),
  log_outbound: z.boolean().default(true).describe('Write calls that went out.'),
  log_missed: z.boolean().default(true).describe('Write inbound calls that nobody answered.'),
  log_internal: z.boolean().default(false).describe('Write calls between two extensions.'),
  unknown_callers: z
    .enum(['nothing', 'create_contact'])
    .default('nothing')
    .describe('What to do for a number that the CRM does not know.'),
  multiple_matches: z
    .union(
      [z.enum(['ask', 'first', 'newest']), z.array(z.string().min(1).max(100)).min(1).max(20)],
      {
        error: 'must be `ask`, `first`, `newest` or a list of kinds of record',
      },
    )
    .default('ask')
    .describe(
      'Several people have the number: the user chooses, the first one or the one that changed last (where the copy of the contacts knows it) gets the call, or the only one of the first kind of record that a list of `contact_type`s names.',
    ),
  own_numbers: z
    .array(
      z
        .string()
        .min(1)
        .max(40)
        .refine(
          isOneNumber,
          'must be one whole number such as +442071838750, not a pattern of many',
        ),
    )
    .max(1_000)
    .default([])
    .describe(
      'Numbers of the organization itself, each written in full: nobody is looked for. Its extensions are known without.',
    ),
  matching_digits: z
    .int()
    .min(5)
    .max(15)
    .optional()
    .describe(
      'So many last digits of two numbers are enough to be the same, where nobody has the whole number; absent: only whole numbers are.',
    ),
  on_unknown: z
    .enum(['retry_once', 'park'])
    .default('retry_once')
    .describe(
      'A request that may not be repeated, whose answer was lost, and which cannot be looked up: send it once more, flagged as a possible duplicate, or wait for a person.',
    ),
  owner_without_link: z
    .union([z.enum(['skip', 'none']), z.templateLiteral(['user:', z.string().min(1).max(200)])], {
      error: 'must be `skip`, `none`, or `user:` and the id of a CRM user',
    })
    .default('skip')
    .describe(
      'A call of an extension without CRM user: not written, written without owner, or for `user:<id>`.',
    ),
  owner_after_transfer: z
    .enum(['last', 'first'])
    .default('last')
    .describe('Whose call it is when several people spoke.'),
  queue_owner: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('CRM user who owns the calls of a group that nobody answered.'),
  recordings: z
    .enum(['upload', 'link', 'none'])
    .default('upload')
    .describe('How a recording reaches the CRM; without `UploadFile` an upload becomes a link.'),
  texts: z
    .strictObject({
      inbound: template.default('Inbound call from $party_number$'),
      outbound: template.default('Outbound call to $party_number$'),
      missed: template.default('Missed call from $party_number$'),
      internal: template.default('Internal call with $party_number$'),
    })
    .prefault({})
    .describe('Subject of a call for which nobody typed one, with `$name$` placeholders.'),
  excluded_numbers: z
    .array(z.string().min(1).max(40))
    .max(1_000)
    .default([])
    .describe('Other sides whose calls are never written.'),
  excluded_extensions: z
    .array(z.string().min(1).max(32))
    .max(1_000)
    .default([])
    .describe('Extensions whose calls are never written.'),
  concurrency: z.int().min(1).max(32).default(4).describe('Requests to the CRM at the same time.'),
  rate: z
    .strictObject({
      requests: z.int().min(1).max(1_000_000),
      per_seconds: z.number().positive().max(86_400),
      burst: z.int().min(1).max(1_000_000).optional(),
    })
    .optional()
    .meta({
      description:
        "Most requests to the CRM within any so many seconds, in place of the document's `limits`; `burst` of them may leave at once.",
      examples: [{ requests: 60, per_seconds: 60 }],
    }),
  contact_sync: z
    .boolean()
    .default(true)
    .describe(
      'Keep a copy of the contacts and companies that `Contacts` and `Organizations` list, so that callers are known at once. Where it is turned off, the copy is forgotten.',
    ),
  contact_sync_minutes: z
    .int()
    .min(5)
    .max(10_080)
    .default(60)
    .describe('Minutes from the start of one sync of contacts to the next.'),
  contact_full_sync_hours: z
    .int()
    .min(1)
    .max(720)
    .default(24)
    .describe(
      'Hours between two syncs that list everybody; those between them ask with `since` what has changed. Only a full one finds who was deleted.',
    ),
  log_retention_days: z
    .int()
    .min(1)
    .max(3_650)
    .optional()
    .describe(
      "Days for which the log of a call has its requests and the CRM's answers; absent, or more than the server keeps: as long as the server keeps them.",
    ),
  contact_retention_days: z
    .int()
    .min(1)
    .max(3_650)
    .default(90)
    .describe(
      'Days for which the copy of a contact is kept after the CRM has last confirmed it: a whole list that was read confirms all of them. Then it goes, for example where the connection is paused; a later sync brings it back.',
    ),
  contact_fields: z
    .array(z.enum(CONTACT_FIELDS))
    .max(CONTACT_FIELDS.length)
    .default([...CONTACT_FIELDS])
    .describe(
      "Which data of a contact are kept beside id and name; callers are found by `phone` only where it is kept. Where one is left out, the log of a call has the keys of the CRM's answers about contacts and no values, and a call remembers only what its later requests send.",
    ),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be two capital letters of ISO 3166-1, for example GB')
    .refine(isCountry, 'must be a country of ISO 3166-1, for example GB')
    .optional()
    .describe("Country of numbers without a country code; else the organization's."),
  timezone: z
    .string()
    .max(64)
    .refine(isTimezone, 'must be a zone of the IANA list, for example Europe/London')
    .optional()
    .describe("Zone in which times are written; else the organization's."),
});

export type ConnectionOptions = z.output<typeof ConnectionOptions>;

/** Signs in place of digits; those of a feature code such as `*97` stand before them. */
const PATTERN = /\d.*[*?%]|\dx+$/i;

function isOneNumber(text: string): boolean {
  return /\d/.test(text) && (/^[*#]/.test(text) || !PATTERN.test(text.trim()));
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
