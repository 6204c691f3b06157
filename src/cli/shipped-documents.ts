import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageDirectory } from './package-version.ts';

/** The texts of `integrations/<crm>/integration.json` of this package, sorted by folder. */
export function shippedDocuments(directory: string = packageDirectory()): readonly string[] {
  const folder = join(directory, 'integrations');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name, 'integration.json'))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'));
}
