import { describe, expect, it } from 'vitest';
import { readMultipart } from './read-multipart.ts';

describe('readMultipart', () => {
  it('reads names, types and contents, line feeds kept', () => {
    const body = Buffer.from(
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\ny\r\n' +
        '--b\r\nContent-Disposition: form-data; name="f"; filename="r.mp3"\r\nContent-Type: audio/mpeg\r\n\r\n\0\xff\r\n--b--\r\n',
      'latin1',
    );

    const parts = readMultipart(body, 'multipart/form-data; boundary=b');

    expect(parts).toEqual([
      { name: 'a', content: Buffer.from('x\r\ny') },
      {
        name: 'f',
        filename: 'r.mp3',
        type: 'audio/mpeg',
        content: Buffer.from('\0\xff', 'latin1'),
      },
    ]);
  });

  it('refuses a body that ends inside a part', () => {
    const body = Buffer.from('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx');

    expect(() => readMultipart(body, 'multipart/form-data; boundary=b')).toThrow(SyntaxError);
  });
});
