import { posix } from 'node:path';

import { importsOf, type SourceFile } from './source-tree.ts';

/** Small pure modules, the scope that every query names, what JSON is: any module but `errors` may import them. */
const FREE = ['errors', 'text', 'time'];
const FREE_FILES = ['src/organizations/scope.ts', 'src/document/json-value.ts'];

/** Two folders, one area: who belongs to an organization, and with which key. */
const ONE_AREA = ['organizations', 'access'];

/** Which modules (folders of `src`) each module may import, besides the free ones. Imports point one way. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  text: [],
  time: [],
  document: [],
  contract: ['document'],
  config: [],
  logging: [],
  http: ['logging'],
  store: ['logging'],
  runtime: ['document', 'http', 'logging'],
  access: ['store', 'logging'],
  organizations: ['store', 'logging'],
  connections: ['access', 'store', 'http', 'document', 'runtime', 'logging'],
  contacts: ['document', 'store', 'runtime', 'connections', 'logging'],
  recordings: ['document', 'store', 'http', 'logging', 'runtime'],
  calls: [
    ...['document', 'store', 'runtime', 'connections', 'contacts', 'recordings'],
    ...['access', 'organizations', 'logging'],
  ],
  server: [
    ...['document', 'contract', 'config', 'logging', 'http', 'store', 'runtime', 'connections'],
    ...['contacts', 'recordings', 'calls', 'organizations', 'access'],
  ],
  cli: [
    ...['document', 'contract', 'config', 'logging', 'http', 'store', 'runtime', 'connections'],
    ...['contacts', 'recordings', 'calls', 'organizations', 'access', 'server'],
  ],
  main: ['cli'],
};

/** Modules without a Node built-in, in what they import too: a browser can run them. */
export const PURE = ['document', 'contract'];

type Where = (path: string) => boolean;
const inModule =
  (...names: readonly string[]): Where =>
  (path) =>
    names.includes(moduleOf(path));

/** Packages, and built-ins of the network and the database, each behind its one door. */
export const ONLY_IN: Readonly<Record<string, Where>> = {
  '@marcbachmann/cel-js': inModule('document'),
  '@noble/hashes': inModule('document'),
  'jsonc-parser': inModule('document'),
  'libphonenumber-js': inModule('contacts'),
  pino: inModule('logging'),
  undici: inModule('http'),
  'ipaddr.js': inModule('http', 'server'),
  // SQL is written in the repositories; the types of rows and transactions go where rows go.
  kysely: (path) => moduleOf(path) === 'store' || path.endsWith('-repository.ts'),
  pg: inModule('store'),
  'node:sqlite': inModule('store'),
  fastify: inModule('server'),
  'prom-client': inModule('server'),
  commander: inModule('cli'),
  zod: () => true,
  'node:child_process': inModule('cli'),
  'node:http': inModule('http', 'server'),
  'node:https': inModule('http', 'server'),
  'node:net': inModule('http', 'server', 'config'),
  'node:tls': inModule('http', 'server'),
  'node:dns': inModule('http'),
};

/** Every import of the given product files that the tables above do not allow, as sentences. */
export function importProblems(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    importsOf(file.text).flatMap((specifier) => {
      const problem = specifier.startsWith('.')
        ? relativeProblem(file.path, posix.join(posix.dirname(file.path), specifier))
        : isTypeOnly(file.text, specifier)
          ? undefined
          : packageProblem(file.path, specifier);
      return problem === undefined ? [] : [problem];
    }),
  );
}

/** The pure modules' files from which a Node built-in can be reached, each with the way to it. */
export function purityProblems(files: readonly SourceFile[]): readonly string[] {
  const texts = new Map(files.map((file) => [file.path, file.text]));
  return files
    .filter((file) => PURE.includes(moduleOf(file.path)))
    .flatMap((file) => {
      const way = wayToBuiltin(file.path, texts, new Set());
      return way === undefined ? [] : [way.join(' → ')];
    });
}

/** The folder below `src`; `main` for the files beside the folders. */
export function moduleOf(path: string): string {
  const [, folder = '', ...rest] = path.split('/');
  return rest.length === 0 ? 'main' : folder;
}

/** Module names that import each other in a circle according to the table; empty when there is none. */
export function cycles(table: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const reaches = (from: string, to: string, seen: ReadonlySet<string>): boolean =>
    (table[from] ?? []).some(
      (next) => next === to || (!seen.has(next) && reaches(next, to, new Set([...seen, next]))),
    );
  return Object.keys(table).filter((name) => reaches(name, name, new Set()));
}

function relativeProblem(from: string, to: string): string | undefined {
  const [own, other] = [moduleOf(from), moduleOf(to)];
  const free = own !== 'errors' && (FREE.includes(other) || FREE_FILES.includes(to));
  const together = own === other || [own, other].every((name) => ONE_AREA.includes(name));
  const allowed = together || free || (MAY_IMPORT[own] ?? []).includes(other);
  return allowed ? undefined : `${from} imports ${to}: ${own} may not import ${other}`;
}

function packageProblem(from: string, specifier: string): string | undefined {
  const name = packageName(specifier);
  const where = ONLY_IN[name];
  if (where === undefined) {
    const builtin = name.startsWith('node:');
    return builtin ? undefined : `${from} imports ${name}, which the table of packages lacks`;
  }
  return where(from) ? undefined : `${from} imports ${name}, which has its place elsewhere`;
}

/** An `import type` leaves nothing behind at run time: only the kinds of a package's values are named. */
function isTypeOnly(text: string, specifier: string): boolean {
  return !importsOf(text.replaceAll(/^import type\b[^;]*;/gm, '')).includes(specifier);
}

function packageName(specifier: string): string {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

function wayToBuiltin(
  path: string,
  texts: ReadonlyMap<string, string>,
  seen: Set<string>,
): readonly string[] | undefined {
  seen.add(path);
  for (const specifier of importsOf(texts.get(path) ?? '')) {
    if (specifier.startsWith('node:')) {
      return [path, specifier];
    }
    const next = posix.join(posix.dirname(path), specifier);
    if (specifier.startsWith('.') && !seen.has(next)) {
      const rest = wayToBuiltin(next, texts, seen);
      if (rest !== undefined) {
        return [path, ...rest];
      }
    }
  }
  return undefined;
}
