/** One event of a stream. */
export interface ReadEvent {
  readonly id: string;
  readonly event: string;
  /** The parsed JSON; undefined where there is none. */
  readonly data: unknown;
}

export interface EventReader {
  readonly status: number;
  readonly contentType: string;
  /** All that have come, in order. */
  readonly events: readonly ReadEvent[];
  /** Id of the last one, also of those without data. */
  readonly lastId: string;
  /** Resolves when the stream has ended, in whatever way. */
  readonly ended: Promise<void>;
  /** The first event that is so, now or later; rejects when the stream ends before. */
  next(isWanted: (event: ReadEvent) => boolean): Promise<ReadEvent>;
  close(): void;
}

/** Reads a stream of server-sent events as a browser does; resolves when it has begun. */
export async function readEvents(
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventReader> {
  const closing = new AbortController();
  const answer = await fetch(url, { headers, signal: closing.signal });
  const events: ReadEvent[] = [];
  const waiting = new Set<() => void>();
  const at = { lastId: '', isOver: false };
  const { promise: begun, resolve: hasBegun } = Promise.withResolvers<undefined>();
  const take = (block: string): void => {
    const fields = new Map(
      block.split('\n').flatMap((line) => {
        const [, name = '', value = ''] = /^(\w+): (.*)$/u.exec(line) ?? [];
        return name === '' ? [] : [[name, value] as const];
      }),
    );
    at.lastId = fields.get('id') ?? at.lastId;
    const data = fields.get('data');
    if (data !== undefined) {
      const parsed: unknown = JSON.parse(data);
      events.push({ id: at.lastId, event: fields.get('event') ?? 'message', data: parsed });
    }
    hasBegun(undefined);
    for (const look of waiting) look();
  };
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of answer.body ?? []) {
      const blocks = (text + decoder.decode(chunk, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  };
  const ended = read()
    .catch(() => undefined)
    .then(() => {
      at.isOver = true;
      hasBegun(undefined);
      for (const look of waiting) look();
    });
  await begun;
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? '',
    events,
    get lastId() {
      return at.lastId;
    },
    ended,
    next: (isWanted) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(isWanted);
          if (found === undefined && !at.isOver) return;
          waiting.delete(look);
          if (found === undefined) reject(new Error(`Not among ${JSON.stringify(events)}`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => {
      closing.abort();
    },
  };
}
