import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

import { format, getFileInfo, resolveConfig } from 'prettier';

/** A file that comes from a table of the source: JSON Schema, reference pages, OpenAPI, settings, schema dump. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** The modules that say what is generated from them; each exports `generatedFiles()`. */
const SOURCES = [
  'src/config/generated-files.ts',
  'src/document/generated-files.ts',
  'src/errors/generated-files.ts',
  'src/cli/generated-files.ts',
  'src/server/testing/generated-files.ts',
  'src/server/generated-files.ts',
  'src/store/schema-dump.ts',
];

/**
 * Every generated file as it must stand in the repository, formatted like the rest of it. Throws when two
 * modules generate the same file.
 */
export async function generateAll(): Promise<readonly GeneratedFile[]> {
  const files = new Map<string, GeneratedFile>();
  for (const source of SOURCES.filter((path) => existsSync(path))) {
    for (const file of await generatedBy(source)) {
      if (files.has(file.path)) {
        throw new Error(`${file.path} is generated twice, the second time by ${source}`);
      }
      files.set(file.path, { path: file.path, text: await formatted(file) });
    }
  }
  return [...files.values()];
}

/** The paths whose content on disk differs from what is generated. */
export function outdated(files: readonly GeneratedFile[]): readonly string[] {
  return files
    .filter((file) => !existsSync(file.path) || readFileSync(file.path, 'utf8') !== file.text)
    .map((file) => file.path);
}

async function generatedBy(source: string): Promise<readonly GeneratedFile[]> {
  const module: unknown = await import(pathToFileURL(source).href);
  const generatedFiles: unknown =
    typeof module === 'object' && module !== null
      ? Reflect.get(module, 'generatedFiles')
      : undefined;
  if (typeof generatedFiles !== 'function') {
    throw new Error(`${source} exports no function generatedFiles`);
  }
  const files: unknown = await generatedFiles();
  if (!Array.isArray(files) || !files.every(isGeneratedFile)) {
    throw new Error(`generatedFiles() of ${source} must give a list of { path, text }`);
  }
  return files;
}

function isGeneratedFile(value: unknown): value is GeneratedFile {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'path') === 'string' &&
    typeof Reflect.get(value, 'text') === 'string'
  );
}

async function formatted(file: GeneratedFile): Promise<string> {
  const info = await getFileInfo(file.path, { ignorePath: '.prettierignore' });
  if (info.ignored || info.inferredParser === null) {
    return file.text;
  }
  return format(file.text, { ...(await resolveConfig(file.path)), filepath: file.path });
}

async function main(isCheck: boolean): Promise<number> {
  const files = await generateAll();
  const changed = outdated(files);
  if (isCheck) {
    for (const path of changed) {
      process.stdout.write(`${path} differs from what its source says: npm run generate\n`);
    }
    return changed.length > 0 ? 1 : 0;
  }
  for (const file of files.filter((candidate) => changed.includes(candidate.path))) {
    mkdirSync(dirname(file.path), { recursive: true });
    writeFileSync(file.path, file.text);
    process.stdout.write(`${file.path}\n`);
  }
  return 0;
}

if (import.meta.main) {
  process.exitCode = await main(process.argv.includes('--check'));
}
