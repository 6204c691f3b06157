import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cleanFilename, dispositionOf } from './filename.ts';

describe('the name of a file', () => {
  it.each([
    ['call.wav', 'inline; filename="call.wav"'],
    ['../../etc/passwd', 'inline; filename="passwd"'],
    ['C:\\calls\\1.wav', 'inline; filename="1.wav"'],
    ['a"b.wav', `inline; filename="a_b.wav"; filename*=UTF-8''a%22b.wav`],
    [
      'a\r\nSet-Cookie: x=1.wav',
      `inline; filename="aSet-Cookie_ x_1.wav"; filename*=UTF-8''aSet-Cookie%3A%20x%3D1.wav`,
    ],
    ['a\u202egpj.exe', 'inline; filename="agpj.exe"'],
    ['Gespräch.wav', `inline; filename="Gespr_ch.wav"; filename*=UTF-8''Gespr%C3%A4ch.wav`],
    ["it's (1).wav", `inline; filename="it_s (1).wav"; filename*=UTF-8''it%27s%20%281%29.wav`],
    ['..', 'inline; filename="recording"'],
    ['', 'inline; filename="recording"'],
    ['\u0000', 'inline; filename="recording"'],
  ])('%j is written as %s', (name, expected) => {
    expect(dispositionOf('inline', name)).toBe(expected);
  });

  it('is a header that can be sent, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(dispositionOf('attachment', name)).toMatch(
          /^attachment; filename="[\w.() -]+"(?:; filename\*=UTF-8''[\w.!~%-]+)?$/,
        );
        expect(cleanFilename(name) ?? '').not.toMatch(/[/\\\p{Cc}\p{Bidi_Control}]/u);
      }),
    );
  });
});
