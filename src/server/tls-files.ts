import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:https';

import { AppError } from '../errors/app-error.ts';
import type { TlsFiles } from './app.ts';

/**
 * The files, a few kilobytes, are compared this often: `fs.watch` misses the change of a mounted
 * secret, which is a renamed link, and `watchFile` one that comes with its own first look.
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
 * reported once and the old ones stay in use: the two are rarely replaced in one moment. Returns
 * what ends the watch.
 */
export function followTlsFiles(
  server: Pick<Server, 'setSecureContext'>,
  paths: TlsPaths,
  report: { renewed(): void; failed(err: unknown): void },
  everyMs: number = LOOK_EVERY_MS,
): () => void {
  let seen = textsOf(paths);
  const look = (): void => {
    const now = textsOf(paths);
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext(readTlsFiles(paths));
      report.renewed();
    } catch (err) {
      report.failed(err);
    }
  };
  const timer = setInterval(look, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Both texts as one, to be compared; a file that is missing just now is an empty one. */
function textsOf(paths: TlsPaths): string {
  return [paths.cert, paths.key]
    .map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : ''))
    .join('\n');
}
