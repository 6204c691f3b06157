import { ConnectionOptions } from '../document/options/options-schema.ts';
import { AppError } from '../errors/app-error.ts';
import { misfitWords } from '../text/misfit-words.ts';

/**
 * Options as they are given or stored, with the defaults put in. Throws `invalid_request` that
 * names every member that does not fit.
 */
export function parseOptions(given: unknown): ConnectionOptions {
  const parsed = ConnectionOptions.safeParse(given, { error: misfitWords });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    path: issue.path.join('.'),
    message: issue.message,
  }));
  const [first] = problems;
  throw new AppError(
    'invalid_request',
    first?.path === undefined || first.path === ''
      ? `The value of \`options\` ${first?.message ?? 'does not fit'}.`
      : `The option '${first.path}' ${first.message}.`,
    { details: { problems } },
  );
}

/**
 * The options as they are to be stored: as given, so that a new default reaches the connections
 * that never chose. `null` takes a member away. Throws `invalid_request` like `parseOptions`.
 */
export function mergeOptions(
  stored: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const merged = Object.entries({ ...stored, ...given }).filter(([, value]) => value !== null);
  const options = Object.fromEntries(merged);
  parseOptions(options);
  return options;
}
