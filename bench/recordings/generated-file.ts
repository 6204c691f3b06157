import { createHash } from 'node:crypto';

const PIECE_BYTES = 64 * 1024;
const HEADER = 'RIFF\u0000\u0000\u0000\u0000WAVEfmt ';

/** A recording that is made while it is read, so that whoever sends it holds none of it. */
export interface GeneratedFile {
  readonly size: number;
  read(): Generator<Buffer>;
  /** Lower-case hex. */
  sha256(): string;
}

/** A file of `size` bytes that begins as a WAV file does; other numbers give other bytes. */
export function generateFile(size: number, number: number): GeneratedFile {
  function* read(): Generator<Buffer> {
    const head = Buffer.from(HEADER, 'latin1');
    yield head;
    for (let left = size - head.length, at = 0; left > 0; left -= PIECE_BYTES, at += 1) {
      const piece = Buffer.alloc(Math.min(PIECE_BYTES, left), (number * 31 + at) % 251);
      if (piece.length >= 8) piece.writeUInt32LE(at, 0);
      yield piece;
    }
  }
  return {
    size,
    read,
    sha256: () => {
      const hash = createHash('sha256');
      for (const piece of read()) hash.update(piece);
      return hash.digest('hex');
    },
  };
}
