import { Readable } from 'node:stream';

import type { RecordingRow } from '../calls/recording-repository.ts';
import { AppError } from '../errors/app-error.ts';
import { dispositionOf } from '../recordings/filename.ts';
import { rangeOf } from '../recordings/range-header.ts';
import { isReadable } from '../recordings/spool.ts';
import type { Spool, SpoolFile } from '../recordings/spool.ts';
import type { Answer, RequestContext } from './route.ts';

/** What a browser may play; anything else is a file to be saved, whatever it was called. */
const PLAYABLE = /^(?:audio|video)\/[\w.+-]+$/;

/** Answers with the bytes of a recording, or a range of them. Throws `gone` when there are none. */
export async function serveRecording(
  spool: Spool,
  row: RecordingRow,
  request: Pick<RequestContext, 'header' | 'method'> & {
    /** The CRM's own pages may play what a signed link opens. */
    readonly embeddable: boolean;
  },
): Promise<Answer<Readable>> {
  const file = await openFile(spool, row);
  const etag = `"${row.sha256 ?? row.id}"`;
  const headers = { ...headersOf(row, request.embeddable), etag };
  const asked = { range: request.header('range'), ifRange: request.header('if-range') };
  const range = rangeOf(asked, { size: file.size, etag });
  if (range === 'unsatisfiable') {
    const unsatisfied = { ...headers, 'content-range': `bytes */${file.size}` };
    return { status: 416, headers: unsatisfied, body: Readable.from([]) };
  }
  const part = range === 'whole' ? { from: 0, to: file.size - 1 } : range;
  const partial = {
    status: 206 as const,
    headers: {
      ...headers,
      'content-length': String(part.to - part.from + 1),
      'content-range': `bytes ${part.from}-${part.to}/${file.size}`,
    },
  };
  const whole = { headers: { ...headers, 'content-length': String(file.size) } };
  return {
    ...(range === 'whole' ? whole : partial),
    // For HEAD nothing is read: it gets the headers only.
    body:
      request.method === 'HEAD'
        ? Readable.from([])
        : Readable.from(spool.read(file, part), { objectMode: false }),
  };
}

async function openFile(spool: Spool, row: RecordingRow): Promise<SpoolFile> {
  const { file, size, state } = row;
  if (state !== 'stored' || file === null || size === null) {
    const why =
      state === 'announced'
        ? 'The recording has not come yet.'
        : 'The recording was removed from this server.';
    throw new AppError('gone', why);
  }
  if (await isReadable(spool, { file, size })) return { file, size };
  throw new AppError('gone', 'The stored recording cannot be opened any more.');
}

function headersOf(row: RecordingRow, embeddable: boolean): Record<string, string> {
  const type = row.media_type?.split(';')[0]?.trim().toLowerCase() ?? '';
  const playable = PLAYABLE.test(type);
  return {
    'content-type': playable ? type : 'application/octet-stream',
    'content-disposition': dispositionOf(
      playable ? 'inline' : 'attachment',
      row.filename ?? 'recording',
    ),
    'accept-ranges': 'bytes',
    'content-security-policy':
      "default-src 'none'; media-src 'self'; frame-ancestors 'none'; sandbox",
    ...(embeddable ? { 'cross-origin-resource-policy': 'cross-origin' } : {}),
  };
}
