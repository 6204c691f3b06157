import type { CompiledDocument } from '../document/compiled-document.ts';
import { AppError } from '../errors/app-error.ts';
import type { PropertyChange, StoredProperties } from './merge-properties.ts';
import { withDefaults } from './property-values.ts';

/**
 * Refuses a change that would send stored secrets to an address they were not entered for: whoever
 * may change an address need not know the secrets. A change that brings every kept secret along
 * passes. Throws `origins_changed`, which names the new addresses and the secrets to enter again.
 */
export function guardOrigins(
  before: { readonly document: CompiledDocument; readonly stored: StoredProperties },
  change: PropertyChange,
  given: Readonly<Record<string, string>>,
): void {
  const { document, stored } = before;
  const values = new Map([...stored.plain, ...stored.secret]);
  const known = new Set(document.originsOf(withDefaults(document.properties, values)));
  const added = change.origins.filter((origin) => !known.has(origin));
  if (added.length === 0) return;
  const dropped = new Set(change.dropped);
  const kept = [...stored.secret.keys()].filter(
    (label) => !dropped.has(label) && !Object.hasOwn(given, label),
  );
  if (kept.length === 0) return;
  const secrets = kept.map((label) => `'${label}'`).join(', ');
  throw new AppError(
    'origins_changed',
    `The stored secrets were not entered for ${added.join(', ')}: send ${secrets} in the same change.`,
    { details: { origins: added, secrets: kept } },
  );
}
