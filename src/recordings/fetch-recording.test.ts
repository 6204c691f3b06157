import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { EgressRequest } from '../http/egress-request.ts';
import type { Egress, EgressResult } from '../http/egress.ts';
import { fetchRecording } from './fetch-recording.ts';
import { createDirectorySpool } from './directory-spool.ts';
import type { Spool } from './spool.ts';

const CHUNK = Buffer.alloc(64 * 1024, 7);
const HEAD = Buffer.from('RIFF1234WAVEfmt ');
let directory: string;
let spool: Spool;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'patchcord-fetch-'));
  spool = createDirectorySpool({ directory, key: new Uint8Array(32), randomBytes });
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** A door behind which an address answers with these bytes, and then with `result`. */
function door(chunks: Iterable<Uint8Array>, result: Partial<EgressResult> = {}) {
  const requests: EgressRequest[] = [];
  const egress: Egress = {
    send: async (request) => {
      requests.push(request);
      try {
        for (const chunk of chunks) await request.download?.write(chunk);
      } catch {
        return failure('reading', 'not_stored');
      }
      const answer = { kind: 'response', status: 200, headers: {}, body: new Uint8Array() };
      // Each case below lays a whole answer of its kind over this one.
      return { ...answer, url: request.url, durationMs: 1, ...result } as EgressResult;
    },
    checkUrl: () => ({ ok: true }),
    close: () => Promise.resolve(),
  };
  return { egress, requests };
}

function failure(phase: 'blocked' | 'reading', code: string): EgressResult {
  return { kind: 'failure', phase, code, message: 'it failed', durationMs: 1 };
}

const OF = { url: 'https://pbx.test/1.wav', organizationId: 'o' } as const;
const fetchFrom = (egress: Egress) =>
  fetchRecording({ egress, spool }, { ...OF, signal: new AbortController().signal });

function* large(chunks: number): Generator<Uint8Array> {
  yield HEAD;
  for (let at = 0; at < chunks; at += 1) yield CHUNK;
}

describe('fetching a recording', () => {
  it('streams what is larger than any answer that is held in memory', async () => {
    const { egress, requests } = door(large(320));

    const fetched = await fetchFrom(egress);

    const hash = createHash('sha256');
    for (const chunk of large(320)) hash.update(chunk);
    expect(fetched).toMatchObject({
      status: 'stored',
      spooled: { size: HEAD.length + 320 * CHUNK.length, sha256: hash.digest('hex') },
    });
    expect(requests[0]).toMatchObject({ followsElsewhere: true, headers: [['accept', '*/*']] });
    expect(requests[0]?.download?.maxBytes).toBe(256 * 1024 * 1024);
  });

  it.each<[string, Iterable<Uint8Array>, Partial<EgressResult>, string]>([
    ['a web page', [Buffer.from('<!doctype html>')], {}, 'never recording_not_audio'],
    ['nothing', [], {}, 'later recording_empty'],
    ['404, since recordings appear late', [], { status: 404 }, 'later recording_missing'],
    ['403', [], { status: 403 }, 'never recording_expired'],
    ['410', [], { status: 410 }, 'never recording_expired'],
    ['429', [], { status: 429 }, 'later recording_unreachable'],
    ['a part of it', [], { status: 206 }, 'later recording_unreachable'],
    ['half of it', [HEAD], failure('reading', 'reset'), 'later recording_unreachable'],
    ['too much', large(3), failure('reading', 'body_too_large'), 'never recording_too_large'],
    ['a full disk', [], failure('reading', 'not_stored'), 'later recording_not_stored'],
    [
      'an address that is not public',
      [],
      failure('blocked', 'blocked_address'),
      'never recording_blocked',
    ],
  ])('that answers with %s leaves no file', async (_name, chunks, result, expected) => {
    const fetched = await fetchFrom(door(chunks, result).egress);

    expect(fetched.status === 'stored' ? 'stored' : `${fetched.status} ${fetched.failure}`).toBe(
      expected,
    );
    expect(await readdir(directory)).toEqual([]);
  });

  it('ends when the spool takes no more', async () => {
    spool = createDirectorySpool({
      directory,
      key: new Uint8Array(32),
      randomBytes,
      maxBytes: 100_000,
    });

    const fetched = await fetchFrom(door(large(20)).egress);

    expect(fetched.status).toBe('later');
    expect(await readdir(directory)).toEqual([]);
  });

  it('names the setting that would allow a blocked address once', async () => {
    const setting = 'EGRESS_ALLOW=10.0.0.1:443';
    const message = `10.0.0.1 is not a public address. The operator can allow it: ${setting}`;
    const blocked: EgressResult = {
      ...{ kind: 'failure', phase: 'blocked', code: 'blocked_address', durationMs: 1 },
      ...{ message, setting },
    };

    const fetched = await fetchFrom(door([], blocked).egress);

    const said = fetched.status === 'stored' ? '' : fetched.message;
    expect(said.split(setting)).toHaveLength(2);
  });
});
