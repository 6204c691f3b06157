import { expect, test } from 'vitest';

import { readSettings } from '../config/settings.ts';
import { loopbackOrigin } from './open-server.ts';

test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
  ['nothing is set', {}, 'http://127.0.0.1:8080'],
  ['the port is another', { PORT: '9090' }, 'http://127.0.0.1:9090'],
  ['it has a name', { HOST: 'localhost' }, 'http://localhost:8080'],
  ['it is of IPv6', { HOST: '::1' }, 'http://[::1]:8080'],
  ['it has TLS of its own', { TLS_CERT: 'c', TLS_KEY: 'k' }, 'https://127.0.0.1:8080'],
  ['the port is any that is free', { PORT: '0' }, undefined],
  ['others reach it', { HOST: '0.0.0.0', ALLOW_PLAIN_HTTP: '1' }, undefined],
])('the address of a loopback server when %s', (_name, environment, expected) => {
  expect(loopbackOrigin(readSettings(environment))).toBe(expected);
});
