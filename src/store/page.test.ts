import { expect, test } from 'vitest';

import { pageBounds, readCursor, toPage, writeCursor } from './page.ts';

test('a list is walked page by page without loss or repeat', () => {
  const rows = Array.from({ length: 7 }, (_, index) => ({ id: `id-${index}` }));
  const seen: string[] = [];
  let cursor: string | null | undefined;
  let pages = 0;
  do {
    const page = { limit: 3, cursor: cursor ?? undefined };
    const { after, limit } = pageBounds(page);
    const found = rows.filter((row) => row.id > after).slice(0, limit);
    const { items, next_cursor } = toPage(found, page, (row) => row.id);
    seen.push(...items.map((row) => row.id));
    cursor = next_cursor;
    pages += 1;
  } while (cursor !== null);

  expect(seen).toEqual(rows.map((row) => row.id));
  expect(pages).toBe(3);
});

test('a page has at most 200 rows and at least one', () => {
  expect(pageBounds({ limit: 5_000 }).limit).toBe(201);
  expect(pageBounds({ limit: -1 }).limit).toBe(2);
});

test.each(['', '=', 'not base64!', 'AA==', writeCursor('x').slice(1), writeCursor('a\u0000b')])(
  'the cursor %j, which no list gave out, is refused',
  (cursor) => {
    expect(() => readCursor(cursor)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  },
);
