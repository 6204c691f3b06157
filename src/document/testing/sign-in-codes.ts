import type { Finding } from '../findings/finding.ts';
import type { Json } from '../json-value.ts';
import { lintDocument } from '../lint/lint-document.ts';
import { documentWith } from './document-with.ts';
import { LOGIN, WITH_PAGE } from './sign-in.ts';

/** Keys of a document or a section; `undefined` leaves one out. */
export type Changes = { readonly [key: string]: Json | undefined };

const SECRET = { label: 'Client Secret', type: 'secret' } as const;

/** The errors and warnings of a small document with properties for every flow. */
export function findingsOf(changes: Changes): readonly Finding[] {
  const properties = ['Client ID', SECRET, 'User', 'Password', 'Key'];
  return lintDocument(documentWith({ properties, ...changes })).filter(
    ({ severity }) => severity !== 'info',
  );
}

/** Codes of errors and warnings, each with its path. */
export function codesOf(changes: Changes): readonly string[] {
  return findingsOf(changes).map(({ code, path }) => `${code} ${path}`);
}

/** Those of a document that signs in with a page, with changes of `OAuth2`. */
export const oauth2 = (changes: Changes): readonly string[] =>
  codesOf({ OAuth2: { ...WITH_PAGE, ...defined(changes) } });

/** Those of a document that signs in by a login, with changes of `auth`. */
export const session = (changes: Changes): readonly string[] =>
  codesOf({ auth: { ...LOGIN, ...defined(changes) } });

/** The changes that are no omissions. */
export function defined(changes: Changes): { readonly [key: string]: Json } {
  const members = Object.entries(changes).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value] as const],
  );
  return Object.fromEntries(members);
}
