import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';

import { afterEach, describe, expect, test } from 'vitest';

import { FIRST_CERTIFICATE, SECOND_CERTIFICATE } from './testing/tls-certificates.ts';
import { followTlsFiles, readTlsFiles } from './tls-files.ts';
import type { TlsPaths } from './tls-files.ts';

const cleanUp: (() => void)[] = [];

afterEach(() => {
  for (const step of cleanUp.splice(0).toReversed()) step();
});

function write(cert: string, key: string, paths = newPaths()): TlsPaths {
  writeFileSync(paths.key, key);
  writeFileSync(paths.cert, cert);
  return paths;
}

function newPaths(): TlsPaths {
  const directory = mkdtempSync(join(tmpdir(), 'patchcord-tls-'));
  cleanUp.push(() => {
    rmSync(directory, { recursive: true });
  });
  return { cert: join(directory, 'cert.pem'), key: join(directory, 'key.pem') };
}

describe('certificate and key', () => {
  test.each([
    ['that do not belong together', FIRST_CERTIFICATE.cert, SECOND_CERTIFICATE.key],
    ['that are no PEM', 'nothing', 'nothing'],
  ])('%s are refused as settings', (_name, cert, key) => {
    const paths = write(cert, key);

    expect(() => readTlsFiles(paths)).toThrow(
      expect.objectContaining({ code: 'invalid_settings' }),
    );
  });

  test('that are missing are refused as settings', () => {
    expect(() => readTlsFiles(newPaths())).toThrow(
      expect.objectContaining({ code: 'invalid_settings' }),
    );
  });

  test('are used by new connections as soon as the files are replaced', async () => {
    const paths = write(FIRST_CERTIFICATE.cert, FIRST_CERTIFICATE.key);
    const server = createServer(readTlsFiles(paths));
    const port = await listen(server);
    const before = await commonName(port);

    const renewed = new Promise<void>((resolve) => {
      cleanUp.push(followTlsFiles(server, paths, { renewed: resolve, failed: () => {} }, 10));
    });
    write(SECOND_CERTIFICATE.cert, SECOND_CERTIFICATE.key, paths);
    await renewed;

    expect(before).toBe('first');
    expect(await commonName(port)).toBe('second');
  });

  test('that stop fitting together are reported, and the old ones stay', async () => {
    const paths = write(FIRST_CERTIFICATE.cert, FIRST_CERTIFICATE.key);
    const server = createServer(readTlsFiles(paths));
    const port = await listen(server);

    const failed = new Promise<unknown>((resolve) => {
      cleanUp.push(followTlsFiles(server, paths, { renewed: () => {}, failed: resolve }, 10));
    });
    writeFileSync(paths.key, 'nothing');

    expect(await failed).toMatchObject({ code: 'invalid_settings' });
    expect(await commonName(port)).toBe('first');
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function commonName(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
