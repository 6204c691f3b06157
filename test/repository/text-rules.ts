import { isProduct, isTest, isTypeScript, type SourceFile } from './source-tree.ts';

/** A rule of the house about what a single file says. Each carries a line that it must refuse. */
export interface TextRule {
  readonly name: string;
  /** For whoever thinks of an exception. */
  readonly why: string;
  concerns(path: string): boolean;
  /** The lines that break the rule. */
  find(file: SourceFile): readonly string[];
  /** A file that breaks the rule, and one beside it that does not. */
  readonly refused: SourceFile;
  readonly accepted: SourceFile;
}

/** Paths of our own, in words that would tell a reader nothing. */
const FOREIGN_WORDS = [
  ['', 'work', ''].join('/'),
  ['shared', 'conformance.md'].join('/'),
  ['registry', 'npmjs', 'org'].join('.'),
];

export const TEXT_RULES: readonly TextRule[] = [
  {
    name: 'environment variables are read in src/config only',
    why: 'settings are validated once, as a whole, and passed down',
    concerns: (path) => isProduct(path) && !path.startsWith('src/config/'),
    find: linesWith(/\bprocess\.env\b/),
    refused: { path: 'src/calls/x.ts', text: "const port = process.env['PORT'];" },
    accepted: { path: 'src/config/x.ts', text: 'const env = process.env;' },
  },
  {
    name: 'a URL from outside is parsed in src/http only',
    why: 'the egress door decides about every address; settings and the command line parse our own',
    concerns: (path) => isProduct(path) && !/^src\/(http|config|cli|store)\//.test(path),
    find: linesWith(/\bnew URL\((?![^)]*import\.meta\.url)/),
    refused: { path: 'src/runtime/x.ts', text: 'const next = new URL(answer.next);' },
    accepted: { path: 'src/server/x.ts', text: "new URL('../../demo', import.meta.url)" },
  },
  {
    name: 'requests leave by src/http only',
    why: 'a second door would know no address policy',
    concerns: isProduct,
    find: linesWith(/(?<![.\w])fetch\(/),
    refused: { path: 'src/recordings/x.ts', text: 'const answer = await fetch(url);' },
    accepted: { path: 'src/recordings/x.ts', text: 'await recordings.fetch(url);' },
  },
  {
    name: 'a log message is constant',
    why: 'lines that differ only in data must be found by one search; data is in fields',
    concerns: isProduct,
    find: (file) => logCalls(file.text).filter((call) => call.includes('${')),
    refused: { path: 'src/calls/x.ts', text: 'logger.warn({ id }, `call ${id} was late`);' },
    accepted: { path: 'src/calls/x.ts', text: "logger.warn({ id }, 'call was late');" },
  },
  {
    name: 'nothing is left for later in a comment',
    why: 'work to be done is an issue; code that is not run is deleted',
    concerns: isTypeScript,
    find: linesWith(/(?:\/\/|\*)\s*(?:TODO|FIXME|XXX)\b/),
    refused: { path: 'src/x.ts', text: `// ${'TODO'}: later` },
    accepted: { path: 'src/x.ts', text: "const state = 'TODO';" },
  },
  {
    name: 'the time is passed in',
    why: 'a test turns the clock; src/time and src/main.ts have the real one',
    concerns: (path) => isProduct(path) && !path.startsWith('src/time/'),
    find: linesWith(/\bDate\.now\(|\bnew Date\(\)/),
    refused: { path: 'src/calls/x.ts', text: 'const at = Date.now();' },
    accepted: { path: 'src/calls/x.ts', text: 'const at = clock.now();' },
  },
  {
    name: 'a test asserts something',
    why: 'a test without an assertion passes whatever happens',
    concerns: isTest,
    find: (file) =>
      /\bexpect\(|\bexpectTypeOf\(|\bfc\.assert\(/.test(file.text) ? [] : ['no assertion'],
    refused: { path: 'src/x.test.ts', text: "it('runs', () => { run(); });" },
    accepted: { path: 'src/x.test.ts', text: "it('runs', () => { expect(run()).toBe(1); });" },
  },
  {
    name: 'no test is left out or run alone',
    why: 'it would be forgotten',
    concerns: isTest,
    find: linesWith(/\b(?:it|test|describe)\.(?:only|skip|todo)\b/),
    refused: { path: 'src/x.test.ts', text: "it.only('runs', () => { expect(1).toBe(1); });" },
    accepted: { path: 'src/x.test.ts', text: "it('runs', () => { expect(1).toBe(1); });" },
  },
  {
    name: 'nothing names a folder or a host of one machine',
    why: 'the repository must mean the same everywhere',
    concerns: (path) => path !== 'test/repository/text-rules.ts',
    find: (file) =>
      FOREIGN_WORDS.filter((word) => file.text.includes(word)).map((word) => `says ${word}`),
    refused: { path: 'docs/x.md', text: `see ${FOREIGN_WORDS[0] ?? ''}main` },
    accepted: { path: 'docs/x.md', text: 'see docs/architecture.md' },
  },
];

/** Every break of the rules in the given files, as `path: rule: line`. */
export function textProblems(
  files: readonly SourceFile[],
  rules: readonly TextRule[],
): readonly string[] {
  return rules.flatMap((rule) =>
    files
      .filter((file) => rule.concerns(file.path))
      .flatMap((file) => rule.find(file).map((line) => `${file.path}: ${rule.name}: ${line}`)),
  );
}

function linesWith(pattern: RegExp): (file: SourceFile) => readonly string[] {
  return (file) =>
    file.text
      .split('\n')
      .filter((line) => pattern.test(line))
      .map((line) => line.trim());
}

/** The calls of a logger, each up to its closing bracket. */
function logCalls(text: string): readonly string[] {
  const starts = text.matchAll(/\b(?:log|logger)\.(?:info|warn|error|fatal)\(/g);
  return [...starts].map((match) => {
    let depth = 0;
    for (let index = match.index; index < text.length; index += 1) {
      depth += text[index] === '(' ? 1 : text[index] === ')' ? -1 : 0;
      if (depth === 0 && text[index] === ')') {
        return text.slice(match.index, index + 1);
      }
    }
    return text.slice(match.index);
  });
}
