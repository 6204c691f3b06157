import type { Recording } from './records.ts';

/**
 * How a recording is named to a browser: only sound is played in the page, a file of another type is
 * a download, whatever its sender called it.
 */
export function recordingHeaders(
  recording: Pick<Recording, 'filename' | 'type'>,
  download: boolean,
): Readonly<Record<string, string>> {
  const isSound = /^audio\/[a-z0-9.+-]+$/.test(recording.type);
  const name = recording.filename.replaceAll(/[^\w.-]/g, '_');
  return {
    'x-content-type-options': 'nosniff',
    'content-type': isSound ? recording.type : 'application/octet-stream',
    ...(download || !isSound ? { 'content-disposition': `attachment; filename="${name}"` } : {}),
  };
}
