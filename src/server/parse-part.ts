import type * as z from 'zod';

import { AppError } from '../errors/app-error.ts';
import { misfitWords } from '../text/misfit-words.ts';

/** Issues named in one problem: enough to mend a form, not a page for a hostile body. */
const MAX_ISSUES = 20;

/**
 * Parses one part of a request by its schema. Throws `invalid_request` that names each member
 * which does not fit; never quotes its value, since it may be a secret.
 */
export function parsePart<T extends z.ZodType>(
  part: string,
  schema: T,
  value: unknown,
): z.output<T> {
  const parsed = schema.safeParse(value, { error: misfitWords });
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    in: part,
    path: issue.path.map((key) => `/${String(key)}`).join(''),
    message: issue.message,
  }));
  const [first] = errors;
  const member = first === undefined || first.path === '' ? '' : ` at ${first.path}`;
  throw new AppError('invalid_request', `The ${part}${member} ${first?.message ?? 'is wrong'}.`, {
    details: { errors },
  });
}
