import { afterEach, describe, expect, test } from 'vitest';

import { createEgressKit } from '../../http/testing/egress-kit.ts';
import { hasWhole } from '../../http/testing/raw-server.ts';
import { fetchLogo, LOGO_MAX_BYTES } from './fetch-logo.ts';
import type { FetchedLogo } from './fetch-logo.ts';

const { listen, open, close } = createEgressKit();

afterEach(close);

const PNG = Buffer.from('\u0089PNG\r\n\u001a\n\0\0\0\rIHDR', 'latin1');

/** What comes of a server that answers so. */
async function fetchFrom(head: string, body: Uint8Array): Promise<FetchedLogo> {
  const server = await listen((socket, received) => {
    if (!hasWhole(received)) return;
    socket.write(`${head}\r\nContent-Length: ${String(body.byteLength)}\r\n\r\n`);
    socket.end(body);
  });
  const egress = open([server.port]);
  const url = `${server.origin}/logo.png`;
  return await fetchLogo(
    { egress },
    { url, organizationId: null, signal: new AbortController().signal },
  );
}

describe('the logo of an integration', () => {
  test('is kept as what it is, whatever its server calls it', async () => {
    const fetched = await fetchFrom('HTTP/1.1 200 OK\r\nContent-Type: text/html', PNG);

    expect(fetched).toEqual({
      status: 'stored',
      logo: {
        bytes: PNG,
        mediaType: 'image/png',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/u),
      },
    });
  });

  test.each<[string, Uint8Array, string, RegExp]>([
    ['HTTP/1.1 200 OK\r\nContent-Type: image/png', Buffer.from('<svg/>'), 'never', /no PNG, JPEG/u],
    ['HTTP/1.1 200 OK', new Uint8Array(), 'never', /no PNG, JPEG/u],
    ['HTTP/1.1 200 OK', Buffer.alloc(LOGO_MAX_BYTES + 1), 'never', /larger than 256 KiB/u],
    ['HTTP/1.1 404 Not Found', PNG, 'never', /answered 404/u],
    ['HTTP/1.1 429 Slow', PNG, 'later', /answered 429/u],
    ['HTTP/1.1 503 Away', PNG, 'later', /answered 503/u],
    [
      'HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/logo.png',
      PNG,
      'never',
      /cannot be fetched/u,
    ],
  ])('%j is not kept: %s', async (head, body, status, message) => {
    const fetched = await fetchFrom(head, body);

    expect(fetched).toEqual({ status, message: expect.stringMatching(message) });
  });

  test('is not fetched from an address that may not be reached', async () => {
    const server = await listen(() => undefined);
    const egress = open([]);
    const url = `${server.origin}/logo.png`;
    const signal = new AbortController().signal;

    const fetched = await fetchLogo({ egress }, { url, organizationId: 'org-1', signal });

    expect(fetched).toMatchObject({ status: 'never' });
    expect(server.connections()).toBe(0);
  });
});
