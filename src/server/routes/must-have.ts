import { AppError } from '../../errors/app-error.ts';

/** What was looked for; rejects with `not_found` when it is missing or foreign. */
export async function mustHave<T>(looked: Promise<T | undefined>, thing: string): Promise<T> {
  const found = await looked;
  if (found === undefined) throw new AppError('not_found', `No such ${thing}.`);
  return found;
}
