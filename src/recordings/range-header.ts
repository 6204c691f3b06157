import type { ByteRange } from './byte-range.ts';

export interface RangeRequest {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/**
 * Which bytes of a file a request asks for (RFC 9110, section 14.2): one range in bytes, the whole
 * file, or none that exist. Several ranges, another unit, a malformed header and an `If-Range` of
 * another file all give the whole, as a server may. `etag` is the file's strong tag.
 */
export function rangeOf(
  request: RangeRequest,
  file: { readonly size: number; readonly etag: string },
): ByteRange | 'whole' | 'unsatisfiable' {
  const { range, ifRange } = request;
  // We tell no date of the last change, so only our own tag can match.
  if (range === undefined || (ifRange !== undefined && ifRange !== file.etag)) return 'whole';
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  const end = file.size - 1;
  if (first === '') {
    const count = Number(last);
    return count === 0 ? 'unsatisfiable' : { from: Math.max(0, file.size - count), to: end };
  }
  const from = Number(first);
  if (last !== '' && Number(last) < from) return 'whole';
  if (from > end) return 'unsatisfiable';
  return { from, to: last === '' ? end : Math.min(Number(last), end) };
}
