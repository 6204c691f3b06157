import pg from 'pg';

import type { Clock } from '../time/clock.ts';

/** Words that processes on one PostgreSQL send each other; nothing depends on their arrival. */
export interface Notices {
  /** Sends text of any length to all other processes, in order; what cannot be sent is dropped. */
  send(text: string): void;
  /** Resolves when what was sent before is with the database, or was dropped. */
  sent(): Promise<void>;
  close(): Promise<void>;
}

export interface NoticesDeps {
  readonly clock: Pick<Clock, 'sleep'>;
  /** Told of each text of another process. */
  readonly heard: (text: string) => void;
  /** Told when texts may have been missed: the line to the database was cut, and is back. */
  readonly missed: () => void;
  readonly log: { warn(fields: Readonly<Record<string, unknown>>, message: string): void };
}

const CHANNEL = 'patchcord_live';
/** A notification holds less than 8,000 bytes: https://www.postgresql.org/docs/current/sql-notify.html */
const PART_BYTES = 7_800;
/** Of one text; a longer one is dropped. */
const MOST_PARTS = 64;
/** Texts whose rest has not come; the oldest are given up. */
const MOST_BEGUN = 256;
/** Texts that wait for the database. */
const MOST_WAITING = 2_000;
const AGAIN_AFTER_MS = 1_000;

/** Opens a line of its own to the database; resolves when it listens, or has failed and tries again. */
export async function openNotices(url: string, deps: NoticesDeps): Promise<Notices> {
  const closing = new AbortController();
  const parts = createParts(deps.heard);
  const at: { client: pg.Client | undefined; number: number; waiting: number } = {
    ...{ client: undefined, number: 0, waiting: 0 },
  };
  let sending: Promise<void> = Promise.resolve();

  const connect = async (): Promise<void> => {
    const client = new pg.Client({ connectionString: url, keepAlive: true });
    // A line that breaks says so by `end`.
    client.on('error', () => {});
    client.on('notification', ({ processId, payload }) => {
      if (processId !== Reflect.get(client, 'processID')) parts.take(processId, payload ?? '');
    });
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
    } catch (err) {
      // What came as far as a session would stay one.
      await client.end().catch(() => undefined);
      throw err;
    }
    client.once('end', () => {
      at.client = undefined;
      if (!closing.signal.aborted) void reconnect();
    });
    at.client = client;
  };
  const tryToConnect = async (): Promise<boolean> => {
    try {
      await connect();
      return true;
    } catch (err) {
      deps.log.warn({ err }, 'the other processes cannot be heard');
      return false;
    }
  };
  const reconnect = async (): Promise<void> => {
    for (;;) {
      // Rejects when this line is closed.
      await deps.clock.sleep(AGAIN_AFTER_MS, closing.signal).catch(() => undefined);
      if (closing.signal.aborted) return;
      if (await tryToConnect()) break;
    }
    deps.missed();
  };
  if (!(await tryToConnect())) void reconnect();
  return {
    send: (text) => {
      const cut = cutUp(text);
      if (at.waiting >= MOST_WAITING || cut.length > MOST_PARTS) return;
      at.waiting += 1;
      at.number += 1;
      const name = String(at.number);
      sending = sending.then(async () => {
        try {
          for (const [place, part] of cut.entries()) {
            const head = `${name} ${String(place)} ${String(cut.length)} `;
            await at.client?.query('select pg_notify($1, $2)', [CHANNEL, head + part]);
          }
        } catch (err) {
          deps.log.warn({ err }, 'the other processes were not told');
        } finally {
          at.waiting -= 1;
        }
      });
    },
    sent: () => sending,
    close: async () => {
      closing.abort();
      await sending;
      await at.client?.end().catch(() => undefined);
    },
  };
}

/** Cuts text so that each part fits, between two characters. */
function cutUp(text: string): readonly string[] {
  const bytes = Buffer.from(text, 'utf8');
  const cut: string[] = [];
  for (let from = 0; from < bytes.length || from === 0;) {
    let to = Math.min(bytes.length, from + PART_BYTES);
    // A byte that goes on with a character (RFC 3629): it begins before.
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    cut.push(bytes.toString('utf8', from, to));
    if (to === bytes.length) break;
    from = to;
  }
  return cut;
}

/** Puts texts together again. */
function createParts(heard: (text: string) => void): {
  take(processId: number, payload: string): void;
} {
  const begun = new Map<string, string[]>();
  return {
    take: (processId, payload) => {
      const [, name = '', place = '', of = '', part = ''] =
        /^(\d+) (\d+) (\d+) (.*)$/su.exec(payload) ?? [];
      if (of === '1') {
        heard(part);
        return;
      }
      const key = `${String(processId)} ${name}`;
      const parts = begun.get(key) ?? [];
      if (Number(place) !== parts.length) {
        begun.delete(key);
        return;
      }
      parts.push(part);
      if (parts.length === Number(of)) {
        begun.delete(key);
        heard(parts.join(''));
        return;
      }
      if (begun.size >= MOST_BEGUN) begun.delete(begun.keys().next().value ?? '');
      begun.set(key, parts);
    },
  };
}
