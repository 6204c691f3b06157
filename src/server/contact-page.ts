import type { OpenConnection } from '../connections/open-connection.ts';
import type { Match } from '../contacts/identify/match.ts';
import type { PhoneNumbers, Values } from '../document/values/values.ts';
import { textOf } from './bound-record.ts';

/** The page of a contact in its CRM; `undefined` where neither an answer nor the document tells it. */
export function contactPage(
  { phones }: { readonly phones: PhoneNumbers },
  { opened }: { readonly opened: OpenConnection },
  of: {
    readonly match: Match;
    /** What the sign-in has told. */
    readonly locals: Values;
    readonly properties: Readonly<Record<string, string>>;
  },
): string | undefined {
  const { match, locals, properties } = of;
  // The method that found somebody may know a page of its own.
  if (match.url !== undefined) return match.url;
  const bound: Values = Object.fromEntries(
    Object.keys(match.record).map((name) => [name, textOf(match.record, name)]),
  );
  return opened.document.link('contact_url', {
    values: { ...locals, ...bound },
    properties: { ...opened.properties, ...properties },
    country: opened.country,
    timezone: opened.timezone,
    phones,
    boundary: '',
  });
}
