import pg from 'pg';
import { afterEach, expect, test } from 'vitest';

import { systemClock } from '../time/clock.ts';
import { openNotices } from './notices.ts';
import type { Notices } from './notices.ts';
import { describeDatabases } from './testing/databases.ts';

const closing: (() => Promise<void>)[] = [];
/** Of the database of one test. */
let url: string | undefined;
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  url = undefined;
});

describeDatabases('words between processes', (databases) => {
  if (databases.dialect === 'sqlite') {
    test('are not needed where there is one process', () => {
      expect(databases.dialect).toBe('sqlite');
    });
    return;
  }

  const open = async (heard: (text: string) => void, missed = () => {}): Promise<Notices> => {
    const log = { warn: () => {} };
    const notices = await openNotices(await urlOf(), { clock: systemClock, heard, missed, log });
    closing.push(() => notices.close());
    return notices;
  };
  const urlOf = async (): Promise<string> => {
    if (url !== undefined) return url;
    const settings = await databases.settings();
    return (url = settings.kind === 'postgres' ? settings.url : '');
  };

  test('come whole and in order to all others, however long and many', async () => {
    const heard: string[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    await open((text) => {
      heard.push(text);
      if (text === 'last') resolve(undefined);
    });
    const speaker = await open((text) => heard.push(`own: ${text}`));
    const texts = ['short', 'ü€😀'.repeat(9_000), '', 'x'.repeat(7_800), 'two\nlines', 'last'];

    for (const text of texts) speaker.send(text);
    await promise;

    expect(heard).toEqual(texts);
  });

  test('too long to be sent are dropped, and the next ones come', async () => {
    const heard: string[] = [];
    const { promise, resolve } = Promise.withResolvers<undefined>();
    await open((text) => {
      heard.push(text);
      resolve(undefined);
    });
    const speaker = await open(() => {});

    speaker.send('x'.repeat(600_000));
    speaker.send('next');
    await promise;

    expect(heard).toEqual(['next']);
  });

  test('may be missed when the line is cut, which is said when it is back', async () => {
    const again = Promise.withResolvers<undefined>();
    const heard = Promise.withResolvers<string>();
    await open(heard.resolve, () => again.resolve(undefined));
    const other = new pg.Client({ connectionString: await urlOf() });
    await other.connect();
    await other.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like 'listen %'`,
    );
    await other.end();

    await again.promise;
    const speaker = await open(() => {});
    speaker.send('hello');

    expect(await heard.promise).toBe('hello');
  });
});
