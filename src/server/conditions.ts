import { createHash } from 'node:crypto';

import { canonicalJson } from '../text/canonical-json.ts';
import { AppError } from '../errors/app-error.ts';

/** Reads a header of the request by its lower-case name. */
type ReadHeader = (name: string) => string | undefined;

/** Of the digest of a body, in hex digits: two bodies of one revision that agree in these do not occur. */
const DIGEST_LENGTH = 16;

/**
 * The ETag of an answer: the revision of the object, where it has one, and a digest of the body, so
 * that it also changes with what has no revision, such as a connection's state.
 */
export function etagOf(body: unknown, revision?: number): string {
  const digest = createHash('sha256').update(canonicalJson(body)).digest('hex');
  const short = digest.slice(0, DIGEST_LENGTH);
  return revision === undefined ? `"${short}"` : `"${revision}.${short}"`;
}

/**
 * True when If-Match names this tag. RFC 9110, section 13.1.1: `*` is any that exists, a weak tag
 * never matches. Of an object with a revision only that counts: what changes by itself, such as the
 * state of a connection, makes no change of a person's late.
 */
export function isNamed(ifMatch: string, etag: string | undefined): boolean {
  if (etag === undefined) return false;
  return (
    ifMatch.trim() === '*' || tagsOf(ifMatch).some((tag) => revisionIn(tag) === revisionIn(etag))
  );
}

/** True when If-None-Match names this tag: weak tags count (RFC 9110, section 13.1.2). */
export function isKnown(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return tagsOf(ifNoneMatch.replaceAll('W/', '')).includes(etag);
}

/**
 * Compares a request to change an object with the object's tag (undefined: there is none). Throws
 * `precondition_failed` for an If-Match of another state, and for `If-None-Match: *` where there is one.
 */
export function checkConditions(header: ReadHeader, etag: string | undefined): void {
  const ifMatch = header('if-match');
  if (ifMatch !== undefined && !isNamed(ifMatch, etag)) {
    throw new AppError(
      'precondition_failed',
      etag === undefined
        ? 'There is nothing to change yet: leave `If-Match` out to make it.'
        : `The object is at ${etag}, not at ${ifMatch.slice(0, 100)}: read it again.`,
    );
  }
  const ifNoneMatch = header('if-none-match');
  if (ifNoneMatch !== undefined && etag !== undefined && isKnown(ifNoneMatch, etag)) {
    throw new AppError(
      'precondition_failed',
      'The object exists already: leave `If-None-Match` out to change it.',
    );
  }
}

/** The check of a put: `present` gives the body of what is there, whose ETag the request names. */
export function allowIf<Row>(
  { header }: { readonly header: ReadHeader },
  present: (row: Row) => unknown,
): (row: Row | undefined) => void {
  return (row) => {
    checkConditions(header, row === undefined ? undefined : etagOf(present(row)));
  };
}

/** The same for a change that must say which state it is made on. Throws `precondition_required`, too. */
export function requireIfMatch(header: ReadHeader, etag: string): void {
  if (header('if-match') === undefined) {
    throw new AppError(
      'precondition_required',
      'Send the ETag of the state that you change as `If-Match`.',
    );
  }
  checkConditions(header, etag);
}

function tagsOf(list: string): readonly string[] {
  return [...list.matchAll(/(?:^|,)\s*("[^"]*")\s*(?=,|$)/gu)].map(([, tag = '']) => tag);
}

/** The revision of a tag that has one, else the whole tag. */
function revisionIn(tag: string): string {
  return /^"(\d{1,15})(?:\.[0-9a-f]+)?"$/u.exec(tag)?.[1] ?? tag;
}
