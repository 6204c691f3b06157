import type { CompiledDocument } from '../../document/compiled-document.ts';
import { AppError } from '../../errors/app-error.ts';
import { namesTaken } from './names-taken.ts';

/**
 * Throws `invalid_request` for a kind of contact that the document does not have, with those that it
 * has. `''` is none. Where the CRM itself names kinds, in its answers or as a value, any may be one.
 */
export function checkContactType(document: CompiledDocument, contactType: string): void {
  if (contactType === '') return;
  const objects = [...document.methods.values()].flatMap((method) => method.objects);
  const types = new Set(objects.flatMap((object) => object.contactType ?? []));
  if (types.has(contactType)) return;
  const isTold = objects.some(({ requests }) =>
    requests.some(({ bind }) => bind.binds.includes('contact_type')),
  );
  if (isTold || (types.size === 0 && sendsType(document))) return;
  throw new AppError(
    'invalid_request',
    types.size === 0
      ? "The document names no kinds of contacts: leave 'contact_type' out."
      : `The document has no kind of contact '${contactType}'. It has: ${[...types].join(', ')}.`,
  );
}

function sendsType(document: CompiledDocument): boolean {
  return (['CreateContact', 'UpdateContact', 'DeleteContact'] as const).some((method) =>
    namesTaken(document, method).has('contact_type'),
  );
}
