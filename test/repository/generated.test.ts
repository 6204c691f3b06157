import { describe, expect, it } from 'vitest';

import { generateAll, outdated } from '../../scripts/generate.ts';

describe('generated files', () => {
  it('come out the same each time', async () => {
    const files = await generateAll();

    expect(files.length).toBeGreaterThan(0);
    expect(await generateAll()).toEqual(files);
  });

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
