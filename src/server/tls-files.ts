import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:https';

import { AppError } from '../errors/app-error.ts';
import type { TlsFiles } from './app.ts';

/**
 * Files are compared this often: `watch` misses the change of a mounted secret, which is a
 * renamed link.
 */
const LOOK_EVERY_MS = 5_000;

export interface TlsPaths {
  /** Path of the certificate chain, PEM. */
  readonly cert: string;
  /** Path of its private key, PEM. */
  readonly key: string;
}

/** Reads certificate and key; throws `invalid_settings` when a file is missing or they do not fit. */
export function readTlsFiles(paths: TlsPaths): TlsFiles {
  try {
    const files = { cert: readFileSync(paths.cert, 'utf8'), key: readFileSync(paths.key, 'utf8') };
    if (new X509Certificate(files.cert).checkPrivateKey(createPrivateKey(files.key))) return files;
  } catch (err) {
    throw new AppError(
      'invalid_settings',
      `TLS_CERT '${paths.cert}' and TLS_KEY '${paths.key}' cannot be read as a PEM certificate and key.`,
      { cause: err },
    );
  }
  throw new AppError('invalid_settings', `The key of TLS_KEY does not belong to TLS_CERT.`);
}

/**
 * Gives the server a renewed certificate without a restart. Files that do not fit together are
 * reported and the old ones stay in use: the two are rarely replaced in one moment. Returns what
 * ends the watch.
 */
export function followTlsFiles(
  server: Pick<Server, 'setSecureContext'>,
  paths: TlsPaths,
  report: { renewed(): void; failed(err: unknown): void },
  everyMs: number = LOOK_EVERY_MS,
): () => void {
  const renew = (): void => {
    try {
      server.setSecureContext(readTlsFiles(paths));
      report.renewed();
    } catch (err) {
      report.failed(err);
    }
  };
  for (const path of [paths.cert, paths.key]) {
    watchFile(path, { interval: everyMs, persistent: false }, renew);
  }
  return () => {
    for (const path of [paths.cert, paths.key]) unwatchFile(path, renew);
  };
}
