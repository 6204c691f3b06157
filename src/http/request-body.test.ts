import fc from 'fast-check';
import { expect, test } from 'vitest';

import { toSendable } from './request-body.ts';
import type { FileSource } from './request-body.ts';

function fileOf(pieces: readonly Uint8Array[]): FileSource {
  return {
    size: pieces.reduce((sum, piece) => sum + piece.length, 0),
    open: async function* () {
      for (const piece of pieces) yield await Promise.resolve(piece);
    },
  };
}

async function written(file: FileSource, form: 'base64' | 'bytes'): Promise<Buffer> {
  const sendable = toSendable({ contentType: 'x/y', chunks: ['<', { file: form }, '>'], file });
  const chunks: Buffer[] = [];
  const body = sendable?.open() ?? Buffer.alloc(0);
  for await (const chunk of Buffer.isBuffer(body) ? [body] : body) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  expect(bytes.length).toBe(sendable?.length);
  return bytes;
}

test('a file in pieces of any size is one Base64 text, of the length that was said', async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pieces, async (given) => {
      const text = Buffer.concat(given).toString('base64');
      expect(String(await written(fileOf(given), 'base64'))).toBe(`<${text}>`);
    }),
  );
});

test.each([48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 1024 * 1024, 1024 * 1024 + 2])(
  'large pieces are cut without a seam: %i bytes',
  async (size) => {
    const piece = Buffer.alloc(size, 'any bytes');
    const whole = Buffer.concat([piece, piece]);

    expect(String(await written(fileOf([piece, piece]), 'base64'))).toBe(
      `<${whole.toString('base64')}>`,
    );
    expect(
      (await written(fileOf([piece, piece]), 'bytes')).equals(
        Buffer.concat([Buffer.from('<'), whole, Buffer.from('>')]),
      ),
    ).toBe(true);
  },
);
