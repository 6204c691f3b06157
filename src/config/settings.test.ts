import { describe, expect, expectTypeOf, test } from 'vitest';

import { AppError } from '../errors/app-error.ts';
import { generatedFiles } from './generated-files.ts';
import { SETTINGS } from './settings-table.ts';
import { describeSettings, readSettings } from './settings.ts';
import type { Overrides } from './settings.ts';

function problemsOf(env: Record<string, string>, overrides: Overrides = {}): unknown {
  try {
    readSettings(env, overrides);
    return [];
  } catch (err) {
    if (!(err instanceof AppError)) throw err;
    expect(err.code).toBe('invalid_settings');
    return err.details['problems'];
  }
}

describe('settings', () => {
  test('without any variable listen on loopback, with SQLite in ./data', () => {
    const settings = readSettings({});

    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      dataDir: './data',
      databaseUrl: undefined,
      trustedProxies: [],
      https: false,
      exposed: false,
      logLevel: 'info',
      retentionCallsDays: 400,
    });
    expect(Object.isFrozen(settings)).toBe(true);
    expectTypeOf(settings.port).toEqualTypeOf<number>();
    expectTypeOf(settings.tlsCert).toEqualTypeOf<string | undefined>();
  });

  test('a flag wins over the variable, the variable over the default', () => {
    const settings = readSettings({ PORT: '9000', HOST: '::1', LOG_LEVEL: '' }, { port: '9001' });

    expect(settings).toMatchObject({ port: 9001, host: '::1', logLevel: 'info' });
  });

  test('name all problems at once, and no secret', () => {
    const problems = problemsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      DATABASE_URL: 'mysql://root:hunter2@db/x',
      TRUSTED_PROXIES: '10.0.0.0/8, proxy, 10.0.0.0/33',
      PATCHCORD_PORT: '1',
      PATCHCORD_COLOUR: 'red',
      PATCHCORD_PROPERTY_API_KEY: 'fine',
    });

    expect(problems).toEqual([
      'PATCHCORD_COLOUR is no setting; docs/reference/settings.md lists them all.',
      'PATCHCORD_PORT is no setting: it is called PORT.',
      "PORT must be a whole number from 0 to 65535 (it is '70000').",
      'DATABASE_URL must be a URL that begins with postgres://.',
      "TRUSTED_PROXIES has 'proxy', which is neither an address nor a block such as 10.0.0.0/8; has '10.0.0.0/33', which is neither an address nor a block such as 10.0.0.0/8 (it is '10.0.0.0/8, proxy, 10.0.0.0/33').",
      "LOG_LEVEL must be one of error, warn, info, debug, trace, silent (it is 'loud').",
    ]);
  });

  test.each([
    ['loopback', {}, []],
    ['the whole of 127.0.0.0/8', { HOST: '127.8.9.1' }, []],
    ['every address without anything', { HOST: '0.0.0.0' }, [/TRUSTED_PROXIES.*TLS_CERT/]],
    ['a host that only begins like loopback', { HOST: '127.0.0.1.example.com' }, [/HOST=/]],
    ['a proxy', { HOST: '0.0.0.0', TRUSTED_PROXIES: '10.0.0.1', PUBLIC_URL: 'https://a.b' }, []],
    ['TLS', { HOST: '0.0.0.0', TLS_CERT: 'c', TLS_KEY: 'k', PUBLIC_URL: 'https://a.b' }, []],
    ['half of TLS', { TLS_CERT: 'c' }, [/belong together/]],
    [
      'TLS with an http address',
      { TLS_CERT: 'c', TLS_KEY: 'k', PUBLIC_URL: 'http://127.0.0.1:8080' },
      [/must begin with https/],
    ],
    [
      'plain http, asked for',
      { HOST: '0.0.0.0', ALLOW_PLAIN_HTTP: '1', PUBLIC_URL: 'http://pbx.lan:8080' },
      [],
    ],
    ['a public http address', { PUBLIC_URL: 'http://a.b' }, [/must begin with https/]],
    ['a public https address of nobody', { PUBLIC_URL: 'https://a.b' }, [/needs TRUSTED_PROXIES/]],
    ['a public address with a path', { PUBLIC_URL: 'https://a.b/c' }, [/scheme, host and port/]],
    ['PostgreSQL without master key', { DATABASE_URL: 'postgres://db/x' }, [/needs MASTER_KEY/]],
    ['two master keys', { MASTER_KEY: 'a', MASTER_KEY_FILE: 'b' }, [/both set/]],
  ])('judge %s', (_name, env, expected) => {
    const problems = problemsOf(env);

    expect(problems).toEqual(expected.map((pattern) => expect.stringMatching(pattern)));
  });

  test('say whether people come by https, and whether others can listen in', () => {
    const proxied = { TRUSTED_PROXIES: '::1', PUBLIC_URL: 'https://Phone.Example.com/' };

    expect(readSettings(proxied)).toMatchObject({
      https: true,
      publicUrl: 'https://phone.example.com',
    });
    expect(readSettings({ HOST: '0.0.0.0', ALLOW_PLAIN_HTTP: 'yes' })).toMatchObject({
      https: false,
      exposed: true,
    });
  });

  test('are shown without their secrets', () => {
    const shown = describeSettings(
      readSettings({ DATABASE_URL: 'postgres://u:hunter2@db/x', MASTER_KEY: 'hunter3' }),
    );

    expect(JSON.stringify(shown)).not.toContain('hunter');
    expect(shown).toContainEqual({ env: 'DATABASE_URL', value: 'set (hidden)' });
    expect(shown).toContainEqual({
      env: 'PUBLIC_URL',
      value: 'the address that the server listens on',
    });
  });
});

test('the generated pages hold every setting and nothing that breaks its table', () => {
  const [page, example] = generatedFiles();

  for (const { env } of Object.values(SETTINGS)) {
    expect(page?.text).toContain(`\`${env}\``);
    expect(example?.text).toContain(`#${env}=`);
  }
  const cells = (text = '') =>
    text.split('\n').flatMap((line) => (line.startsWith('|') ? [line.split('|').length - 2] : []));
  expect(new Set(cells(page?.text))).toEqual(new Set([4]));
});
