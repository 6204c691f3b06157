import { readValue } from '../../values/values.ts';
import { checkHeaderValue } from '../headers.ts';
import type { Scope } from '../scope.ts';

const BYTES_TYPE = 'application/octet-stream';

/** Name and media type of the recording as a file. */
export function filePart(scope: Scope): { readonly filename: string; readonly type: string } {
  const { file, values } = scope.context;
  const filename = String(readValue(values, 'filename') ?? file?.name ?? 'recording');
  const type = String(readValue(values, 'file_type') ?? file?.type ?? BYTES_TYPE);
  return { filename: filename.toWellFormed(), type: checkHeaderValue(type, 'file_type') };
}
