import { isConnectionHeader, isFieldName, isFieldValue } from '../text/http-field.ts';
import { EgressFault } from './fault.ts';

/**
 * Checks a request's headers and adds ours. Throws an `EgressFault` in phase `blocked` that names
 * the header, never its value.
 */
export function toRequestHeaders(
  headers: readonly (readonly [string, string])[],
  options: { readonly contentType: string | undefined; readonly acceptGzip: boolean },
): readonly (readonly [string, string])[] {
  const { contentType, acceptGzip } = options;
  const has = (wanted: string): boolean => headers.some(([name]) => name.toLowerCase() === wanted);
  for (const [name, value] of headers) {
    if (!isFieldName(name)) throw refused('A header has a name that HTTP does not allow.');
    if (isConnectionHeader(name)) throw refused(`The header ${name} may not be set.`);
    if (!isFieldValue(value)) throw refused(`The value of ${name} is not allowed in a header.`);
  }
  if (contentType !== undefined && !isFieldValue(contentType)) {
    throw refused('The content type is not allowed in a header.');
  }
  if (contentType !== undefined && has('content-type')) {
    throw refused('The content type is that of the body and may not be set beside it.');
  }
  return [
    ...headers,
    ...(has('accept') ? [] : [['accept', '*/*'] as const]),
    ...(has('user-agent') ? [] : [['user-agent', 'Patchcord'] as const]),
    ['accept-encoding', acceptGzip ? 'gzip' : 'identity'],
    ...(contentType === undefined ? [] : [['content-type', contentType] as const]),
  ];
}

function refused(message: string): EgressFault {
  return new EgressFault('blocked', 'blocked_header', message);
}
