import { readdirSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { generateAll, outdated } from '../../scripts/generate.ts';
import { generatedFiles } from '../../src/document/generated-files.ts';

describe('generated files', () => {
  it('come out the same each time', async () => {
    const files = await generateAll();

    expect(files.length).toBeGreaterThan(0);
    expect(await generateAll()).toEqual(files);
  });

  it('are the only ones in the folder of the pages of lint', () => {
    const paths = generatedFiles().map(({ path }) => path);
    const pages = readdirSync('docs/reference/findings').map((x) => `docs/reference/findings/${x}`);

    expect(pages.filter((page) => !paths.includes(page))).toEqual([]);
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
