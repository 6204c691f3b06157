/** Signatures of what phone systems record: offset, bytes as Latin-1, media type. */
const SIGNATURES: readonly (readonly [number, string, string])[] = [
  [8, 'WAVE', 'audio/wav'],
  [0, 'ID3', 'audio/mpeg'],
  [0, 'OggS', 'audio/ogg'],
  [0, 'fLaC', 'audio/flac'],
  [4, 'ftyp', 'audio/mp4'],
  [0, '#!AMR', 'audio/amr'],
  [0, '\u001aE\u00df\u00a3', 'video/webm'],
  [0, '.snd', 'audio/basic'],
  [8, 'AIFF', 'audio/aiff'],
  [0, 'caff', 'audio/x-caf'],
];

/**
 * The media type that the first bytes of a recording show, `undefined` for any other content (a
 * login page, for example). 12 bytes are enough.
 */
export function mediaTypeOf(head: Uint8Array): string | undefined {
  const text = Buffer.from(head).toString('latin1');
  const found = SIGNATURES.find(([at, bytes]) => text.startsWith(bytes, at));
  if (found !== undefined) return found[2];
  // MPEG audio without a tag: eleven set bits, layer 3 (ISO/IEC 11172-3, 2.4.1.3).
  const [first = 0, second = 0] = head;
  if (first !== 0xff) return undefined;
  if ((second & 0xe6) === 0xe2) return 'audio/mpeg';
  // AAC in ADTS: twelve set bits, layer 0 (ISO/IEC 13818-7, 6.2).
  return (second & 0xf6) === 0xf0 ? 'audio/aac' : undefined;
}

/** True for what begins as a text does, and not as a recording: a web page, an error message. */
export function isText(head: Uint8Array): boolean {
  if (head.length === 0 || mediaTypeOf(head) !== undefined) return false;
  try {
    // The cut may lie within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return !/[^\P{Cc}\t\n\r]/u.test(text);
  } catch {
    return false;
  }
}

/**
 * Length of a recording in seconds, where its first 64 bytes tell it: the byte rate of a WAV file
 * whose first chunk is its format (Microsoft and IBM, "Multimedia Programming Interface and Data
 * Specifications 1.0", 1991). `size` counts all bytes.
 */
export function secondsOf(head: Uint8Array, size: number): number | undefined {
  const view = Buffer.from(head);
  const isWave = view.toString('latin1', 8, 16) === 'WAVEfmt ';
  if (!isWave || view.length < WAVE_HEADER_BYTES) return undefined;
  const bytesPerSecond = view.readUInt32LE(WAVE_RATE_AT);
  if (bytesPerSecond === 0) return undefined;
  return Math.round(Math.max(0, size - WAVE_HEADER_BYTES) / bytesPerSecond);
}

const WAVE_RATE_AT = 28;
const WAVE_HEADER_BYTES = 44;

/** Ending of a file name for a media type; `bin` for one that is not known. */
export function fileEndingOf(mediaType: string | undefined): string {
  return ENDINGS.get((mediaType ?? '').split(';')[0]?.trim().toLowerCase() ?? '') ?? 'bin';
}

const ENDINGS: ReadonlyMap<string, string> = new Map([
  ['audio/wav', 'wav'],
  ['audio/x-wav', 'wav'],
  ['audio/wave', 'wav'],
  ['audio/mpeg', 'mp3'],
  ['audio/mp3', 'mp3'],
  ['audio/ogg', 'ogg'],
  ['audio/flac', 'flac'],
  ['audio/mp4', 'm4a'],
  ['audio/x-m4a', 'm4a'],
  ['audio/amr', 'amr'],
  ['video/webm', 'webm'],
  ['audio/basic', 'au'],
  ['audio/aac', 'aac'],
  ['audio/aiff', 'aiff'],
  ['audio/x-caf', 'caf'],
]);
