import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freshEnvironment } from './checkout.ts';
import { startProgram } from './running-program.ts';

const START_LIMIT_MS = 60_000;

/** The package packs what `npm run build` left in `dist`; `npm test` runs the build before. */
describe('the package, packed and installed elsewhere', () => {
  const home = mkdtempSync(join(tmpdir(), 'patchcord-package-'));
  const project = join(home, 'project');
  const env = freshEnvironment(
    [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
  );
  const patchcord = (...args: readonly string[]): string =>
    execFileSync(join(project, 'node_modules/.bin/patchcord'), args, {
      cwd: project,
      // The usual port may be somebody else's on the machine that runs the tests.
      env: { ...env, PORT: '0' },
      encoding: 'utf8',
    });

  beforeAll(() => {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', home];
    execFileSync('npm', pack, { env, stdio: 'pipe' });
    const [archive = ''] = readdirSync(home).filter((name) => name.endsWith('.tgz'));
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    const install = [
      'install',
      '--omit=dev',
      '--prefer-offline',
      '--no-audit',
      join(home, archive),
    ];
    execFileSync('npm', install, { cwd: project, env, stdio: 'pipe' });
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('holds the compiled program, and neither sources nor tests', () => {
    const folder = join(project, 'node_modules/patchcord');

    expect(existsSync(join(folder, 'dist/src/main.js'))).toBe(true);
    expect(existsSync(join(folder, 'src'))).toBe(false);
    expect(
      readdirSync(join(folder, 'dist'), { recursive: true }).filter((name) =>
        String(name).includes('.test.'),
      ),
    ).toEqual([]);
  });

  it.each([
    'demo/integration.json',
    'demo/integration-oauth2.json',
    'integrations/request-tracker/integration.json',
  ])('finds no error in %s', (document) => {
    const copy = join(project, 'integration.json');
    copyFileSync(document, copy);

    const report: unknown = JSON.parse(patchcord('lint', '--json', copy));

    expect(JSON.stringify(report)).not.toContain('"severity":"error"');
    expect(report).toMatchObject({ files: [{ file: copy }] });
  });

  it('examines its own surroundings', () => {
    expect(patchcord('doctor')).toContain('data');
  });

  it('brings the demo along, whose CRM says what it lacks for OAuth2', async () => {
    const serve = ['serve', '--demo', '--port', '0', '--data', join(home, 'demo')];
    const program = startProgram([join(project, 'node_modules/.bin/patchcord'), ...serve], {
      cwd: project,
      env,
    });
    const [, crm = ''] = await program.waitFor(/Demo CRM\s+(http:\S+)/, START_LIMIT_MS);
    const page = await fetch(crm);
    const signIn = await fetch(`${crm}/oauth/auth`);
    const words = await signIn.text();
    await program.stop();

    expect([page.status, signIn.status]).toEqual([200, 501]);
    expect(words).toContain('oidc-provider');
  });
});
