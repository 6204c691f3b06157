import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ONLY_IN } from './import-rules.ts';

const PACKAGE = readJson('package.json');
const LOCKFILE = readFileSync('package-lock.json', 'utf8');
const PACKAGES = object(readJson('package-lock.json')['packages']);

describe('package.json', () => {
  it('names each dependency with its exact version', () => {
    const versions = { ...object(PACKAGE['dependencies']), ...object(PACKAGE['devDependencies']) };

    expect(Object.entries(versions).filter(([, version]) => !isExact(version))).toEqual([]);
  });

  it.each(['^1.2.3', '~1.2.3', '1.x', '*', 'latest', 'file:../x'])(
    'would be refused with the version %s',
    (version) => {
      expect(isExact(version)).toBe(false);
    },
  );

  it('has no dependency without a place in the code', () => {
    const homeless = Object.keys(object(PACKAGE['dependencies'])).filter(
      (name) => ONLY_IN[name] === undefined,
    );

    expect(homeless).toEqual([]);
  });

  it('checks the Node version before any other program of its scripts', () => {
    const scripts = Object.entries(object(PACKAGE['scripts']));

    expect(scripts.filter(([, script]) => !checksNode(script))).toEqual([]);
    expect(checksNode('node src/main.ts')).toBe(false);
  });

  it('points its scripts at programs that are there', () => {
    const programs = Object.values(object(PACKAGE['scripts'])).flatMap((script) =>
      String(script)
        .split(' ')
        .filter((word) => /^(scripts|src|demo|node_modules)\/\S+$/.test(word)),
    );

    expect(programs.filter((program) => !existsSync(program))).toEqual([]);
  });

  it('allows the one package that brings Node to run its script, and no other', () => {
    expect(PACKAGE['allowScripts']).toEqual({ node: true });
  });
});

describe('package-lock.json', () => {
  it('says nothing of where packages come from', () => {
    expect(hosts(LOCKFILE)).toEqual([]);
    expect(hosts('"resolved": "https://packages.example/a.tgz"')).toHaveLength(1);
  });

  it('holds the packages for other systems too, without which `npm ci` refuses', () => {
    expect(missingOptional(PACKAGES)).toEqual([]);
    expect(
      missingOptional({ 'node_modules/a': { optionalDependencies: { 'a-linux': '1.0.0' } } }),
    ).toEqual(['a-linux']);
  });
});

function isExact(version: unknown): boolean {
  return typeof version === 'string' && /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version);
}

function checksNode(script: unknown): boolean {
  return String(script).startsWith('node -r ./scripts/check-node.cjs ');
}

function hosts(lockfile: string): readonly string[] {
  return lockfile.match(/"resolved": "[^"]*"/g) ?? [];
}

/** Optional packages that an installed one names and the lockfile does not hold. */
function missingOptional(packages: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.values(packages)
    .flatMap((entry) => Object.keys(object(object(entry)['optionalDependencies'])))
    .filter((name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)));
}

function readJson(file: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return object(value);
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
