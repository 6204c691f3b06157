import type { Settings } from '../config/settings.ts';
import { readTlsFiles } from '../server/tls-files.ts';
import { tryToListen } from '../server/try-to-listen.ts';
import { failedBecause, sentenceOf } from './examination.ts';
import type { Examination } from './examination.ts';

/** Certificate and key, and whether the port is free; `served` when a server has the data already. */
export async function examineListening(
  settings: Pick<Settings, 'host' | 'port' | 'tlsCert' | 'tlsKey'>,
  served: boolean,
): Promise<readonly Examination[]> {
  const { host, port, tlsCert: cert, tlsKey: key } = settings;
  const place = `${host}:${port}`;
  const tls = cert === undefined || key === undefined ? [] : [examineTls({ cert, key })];
  if (served) {
    return [...tls, { name: 'port', status: 'ok', message: `${place}; not tried beside a server` }];
  }
  const refusal = await tryToListen(host, port);
  return [
    ...tls,
    refusal === undefined
      ? { name: 'port', status: 'ok', message: `${place} is free` }
      : failedBecause('port', `${place}: ${refusal}`),
  ];
}

function examineTls(paths: { readonly cert: string; readonly key: string }): Examination {
  try {
    readTlsFiles(paths);
    return { name: 'certificate', status: 'ok', message: paths.cert };
  } catch (err) {
    return failedBecause('certificate', sentenceOf(err));
  }
}
