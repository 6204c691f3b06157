export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly content: Buffer;
}

/** Reads a multipart body as a receiver does (RFC 2046, section 5.1). */
export function readMultipart(body: Buffer, contentType: string): readonly Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1] ?? '';
  const parts: Part[] = [];
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  let rest = Buffer.concat([Buffer.from('\r\n'), body]);
  let at = rest.indexOf(delimiter);
  while (at !== -1) {
    rest = rest.subarray(at + delimiter.length);
    if (rest.subarray(0, 2).toString('latin1') === '--') break;
    at = rest.indexOf(delimiter);
    if (at === -1) throw new SyntaxError('a part of the multipart body has no end');
    parts.push(readPart(rest.subarray(2, at)));
  }
  return parts;
}

function readPart(bytes: Buffer): Part {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, end).toString('utf8');
  const name = /[; ]name="([^"]*)"/.exec(head)?.[1] ?? '';
  const filename = /filename="([^"]*)"/.exec(head)?.[1];
  const type = /^content-type: *(.+)$/im.exec(head)?.[1]?.trim();
  return {
    name,
    ...(filename === undefined ? {} : { filename }),
    ...(type === undefined ? {} : { type }),
    content: bytes.subarray(end + 4),
  };
}
