import { describe, expect, test } from 'vitest';

import { imageTypeOf } from './image-type.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

describe('the type of a picture', () => {
  test.each([
    ['\u0089PNG\r\n\u001a\n\0\0\0\rIHDR', 'image/png'],
    ['\u00ff\u00d8\u00ff\u00e0\0\u0010JFIF', 'image/jpeg'],
    ['GIF87a\u0001\0', 'image/gif'],
    ['GIF89a\u0001\0', 'image/gif'],
    ['RIFF\u0024\0\0\0WEBPVP8 ', 'image/webp'],
  ])('%j is %s', (text, type) => {
    expect(imageTypeOf(bytes(text))).toBe(type);
  });

  test.each([
    '',
    'GIF',
    '\u0089PNG',
    'RIFF\u0024\0\0\0WAVEfmt ',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    '<!doctype html>',
    ' GIF89a',
    'BM\u0036\0',
  ])('%j is none', (text) => {
    expect(imageTypeOf(bytes(text))).toBeUndefined();
  });
});
