type Signature = { readonly at: number; readonly bytes: readonly number[] };

const ascii = (text: string): readonly number[] => Array.from(text, (one) => one.charCodeAt(0));

/** How files of these types begin: PNG (RFC 2083), JPEG (ITU T.81), GIF89a, WebP (RFC 9649). */
const SIGNATURES: readonly { readonly type: ImageType; readonly parts: readonly Signature[] }[] = [
  { type: 'image/png', parts: [{ at: 0, bytes: [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a] }] },
  { type: 'image/jpeg', parts: [{ at: 0, bytes: [0xff, 0xd8, 0xff] }] },
  { type: 'image/gif', parts: [{ at: 0, bytes: ascii('GIF87a') }] },
  { type: 'image/gif', parts: [{ at: 0, bytes: ascii('GIF89a') }] },
  {
    type: 'image/webp',
    parts: [
      { at: 0, bytes: ascii('RIFF') },
      { at: 8, bytes: ascii('WEBP') },
    ],
  },
];

export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';

/**
 * The type of a picture by its first bytes, whatever its server called it; `undefined` for anything
 * else. SVG is none of them: it may hold scripts.
 */
export function imageTypeOf(bytes: Uint8Array): ImageType | undefined {
  return SIGNATURES.find(({ parts }) =>
    parts.every((part) => part.bytes.every((byte, at) => bytes[part.at + at] === byte)),
  )?.type;
}
