import { AppError } from '../../errors/app-error.ts';
import { namedMissing } from '../../errors/named-missing.ts';

/** What was looked for; rejects with `not_found` when it is missing or foreign. */
export async function mustHave<T>(looked: Promise<T | undefined>, thing: string): Promise<T> {
  const found = await looked;
  if (found === undefined) throw new AppError('not_found', `No such ${thing}.`);
  return found;
}

/** What a member of the body names; rejects with `not_found` that says which member it is. */
export async function mustBeNamed<T>(
  looked: Promise<T | undefined>,
  named: { readonly thing: string; readonly member: string; readonly value: string },
): Promise<T> {
  const found = await looked;
  if (found !== undefined) return found;
  const { thing, member, value } = named;
  const sentence = `This organization has no ${thing} with the \`${member}\` '${value}'.`;
  throw namedMissing({ in: 'body', path: `/${member}` }, sentence);
}
