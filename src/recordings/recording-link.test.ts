import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createScrubber } from '../text/scrub.ts';
import { createRecordingLinks } from './recording-link.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 1, 9);
const KEY = new Uint8Array(32).fill(1);
const OLD_KEY = new Uint8Array(32).fill(2);
const RECORDING = { id: '01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a10', callId: 'call-1' };

const linksOf = (...keys: readonly Uint8Array[]) =>
  createRecordingLinks({ keys: () => keys, origin: 'https://patchcord.test', validMs: 7 * DAY });
const LINKS = linksOf(KEY);

/** The parts of a link, as a request brings them. */
function partsOf(url: string): { id: string; expires: string; signature: string } {
  const { pathname, searchParams } = new URL(url);
  return {
    id: pathname.split('/')[3] ?? '',
    expires: searchParams.get('expires') ?? '',
    signature: searchParams.get('signature') ?? '',
  };
}

const GENUINE = partsOf(LINKS.urlsOf(RECORDING, NOW).contentUrl);

describe('a link to a recording', () => {
  it('opens it for at least as long as promised, and at most a day longer', () => {
    expect(LINKS.judge(GENUINE, NOW + 7 * DAY)).toBe('valid');
    expect(LINKS.judge(GENUINE, NOW + 8 * DAY)).toBe('expired');
  });

  it('is the same all day, so that a repeated request tells the same', () => {
    const evening = LINKS.urlsOf(RECORDING, NOW + 10 * 3_600_000).contentUrl;

    expect(partsOf(evening)).toEqual(GENUINE);
  });

  it('opens with a key that was rotated since', () => {
    expect(linksOf(OLD_KEY, KEY).judge(GENUINE, NOW)).toBe('valid');
    expect(linksOf(OLD_KEY).judge(GENUINE, NOW)).toBe('forged');
  });

  const other = GENUINE.signature.endsWith('A') ? 'B' : 'A';
  it.each<[string, Partial<typeof GENUINE>]>([
    ['another recording', { id: '01981c2e-7c3a-7b54-8f0e-5d2f6f1f9a11' }],
    ['a later end', { expires: String(Number(GENUINE.expires) + 1) }],
    ['the same end, written otherwise', { expires: `${GENUINE.expires}.0` }],
    ['an end with a sign', { expires: `+${GENUINE.expires}` }],
    ['no end', { expires: '' }],
    ['no signature', { signature: '' }],
    ['half a signature', { signature: GENUINE.signature.slice(0, 20) }],
    ['a longer signature', { signature: `${GENUINE.signature}A` }],
    ['a signature without its prefix', { signature: GENUINE.signature.slice(4) }],
    ['another last letter', { signature: GENUINE.signature.slice(0, -2) + other + other }],
    ['letters beyond ASCII', { signature: 'é'.repeat(47) }],
    ['a moved border', { id: `${GENUINE.id}\n1`, expires: GENUINE.expires.slice(1) }],
  ])('with %s is forged', (_name, change) => {
    expect(LINKS.judge({ ...GENUINE, ...change }, NOW)).toBe('forged');
  });

  it('cannot be guessed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (id, expires, signature) => {
        expect(LINKS.judge({ id, expires, signature }, NOW)).toBe('forged');
      }),
    );
  });

  it.each([
    ['plain', (url: string) => url],
    ['in an address', encodeURIComponent],
    ['in JSON', (url: string) => JSON.stringify({ note: `Recording: ${url}` })],
    ['in a form', (url: string) => new URLSearchParams({ url }).toString()],
  ])('does not stand in ledger or log: %s', (_name, write) => {
    const text = write(LINKS.urlsOf(RECORDING, NOW).contentUrl);

    const scrubbed = createScrubber([])(text);

    expect(text).toContain(GENUINE.signature);
    expect(scrubbed).not.toContain(GENUINE.signature.slice(4, 12));
    expect(scrubbed).toContain('[secret]');
  });
});
