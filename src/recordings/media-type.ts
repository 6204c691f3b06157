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
  return first === 0xff && (second & 0xe6) === 0xe2 ? 'audio/mpeg' : undefined;
}

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
]);
