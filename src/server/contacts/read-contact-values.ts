import type { CompiledDocument } from '../../document/compiled-document.ts';
import { completeNames } from '../../document/values/person-names.ts';
import { AppError } from '../../errors/app-error.ts';
import { namesTaken } from './names-taken.ts';

/** As they are given: a text, or null for a value that is taken away. */
export type GivenValues = Readonly<Record<string, string | null>>;

export interface ContactValues {
  readonly values: Readonly<Record<string, string>>;
  /** Names that are emptied. */
  readonly cleared: ReadonlySet<string>;
}

const NAME_PARTS = ['contact_name', 'firstname', 'lastname'] as const;

/**
 * The values for `CreateContact` or `UpdateContact`, by the names of the language. Throws
 * `invalid_request` that says which names the document's method takes, for one that it does not.
 */
export function readContactValues(
  document: CompiledDocument,
  method: 'CreateContact' | 'UpdateContact',
  given: GivenValues,
): ContactValues {
  const taken = namesTaken(document, method);
  const isNew = method === 'CreateContact';
  const takesNames = NAME_PARTS.some((name) => taken.has(name));
  const values = new Map<string, string>();
  const cleared = new Set<string>();
  for (const [written, value] of Object.entries(given)) {
    const ref = document.names.resolve(written);
    const name = ref?.name ?? written;
    const isPart = NAME_PARTS.some((part) => part === name);
    // Of a new contact each name tells the others.
    if (!taken.has(name) && !(isNew && isPart && takesNames))
      throw notTaken(method, written, taken);
    if (value !== null && value.trim() !== '') values.set(name, value.trim());
    else if (!isNew) cleared.add(name);
  }
  if (values.size + cleared.size === 0) {
    throw new AppError('invalid_request', `Give at least one value. ${takes(method, taken)}`);
  }
  return { values: { ...Object.fromEntries(values), ...allNames(values, isNew) }, cleared };
}

/** A change of the first name alone says nothing of the last one. */
function allNames(
  values: ReadonlyMap<string, string>,
  isNew: boolean,
): Readonly<Record<string, string>> {
  const [full, first, last] = NAME_PARTS.map((name) => values.get(name));
  const isWhole = full !== undefined || (first !== undefined && last !== undefined);
  if (!isNew && !isWhole) return {};
  const names = completeNames({
    ...(full === undefined ? {} : { full }),
    ...(first === undefined ? {} : { first }),
    ...(last === undefined ? {} : { last }),
  });
  return {
    ...(names.full === undefined ? {} : { contact_name: names.full }),
    ...(names.first === undefined ? {} : { firstname: names.first }),
    ...(names.last === undefined ? {} : { lastname: names.last }),
  };
}

function notTaken(method: string, name: string, taken: ReadonlySet<string>): AppError {
  return new AppError(
    'invalid_request',
    `The document's ${method} does not take '${name}'. ${takes(method, taken)}`,
  );
}

function takes(method: string, taken: ReadonlySet<string>): string {
  const names = [...taken];
  return names.length === 0
    ? `${method} of this document takes no values of a contact.`
    : `It takes: ${names.join(', ')}.`;
}
