import { AppError } from './app-error.ts';

/**
 * `not_found` for one of several things that a request names: it says which. Only for what the
 * asker may know to be missing or foreign alike. `sentence` says what is not there.
 */
export function namedMissing(
  member: { readonly in: 'path' | 'query' | 'body'; readonly path: string },
  sentence: string,
): AppError {
  return new AppError('not_found', sentence, {
    details: { errors: [{ ...member, message: sentence }] },
  });
}
