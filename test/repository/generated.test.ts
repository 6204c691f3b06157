import { describe, expect, it } from 'vitest';

import { generateAll, outdated } from '../../scripts/generate.ts';

/** The first run loads every module of the program, which a busy machine takes its time for. */
const LOADING_MS = 60_000;

describe('generated files', () => {
  it(
    'come out the same each time',
    async () => {
      const files = await generateAll();

      expect(files.length).toBeGreaterThan(0);
      expect(await generateAll()).toEqual(files);
    },
    LOADING_MS,
  );

  it('are found outdated when one byte differs', async () => {
    const [file] = await generateAll();

    expect(outdated([{ path: file?.path ?? '', text: `${file?.text ?? ''} ` }])).toEqual([
      file?.path,
    ]);
  });

  it('are found outdated when they are missing', () => {
    expect(outdated([{ path: 'docs/reference/no-such-page.md', text: '' }])).toHaveLength(1);
  });
});
