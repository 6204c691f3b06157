import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { createNumberKeys } from '../contacts/number-keys/number-key.ts';
import { askNumber } from '../contacts/number-keys/number-question.ts';
import { identifyCaller } from '../contract/identify.ts';

const GUIDE = readFileSync(new URL('../../docs/guide/know-callers.md', import.meta.url), 'utf8');
const ROW = /^\| `([^`]+)` +\| `(\+\d+)` +\| (?:`(\w+)`|none) +\|/gm;

describe('the guide about callers', () => {
  it('tells of numbers what is true', () => {
    const rows = [...GUIDE.matchAll(ROW)];

    expect(rows).toHaveLength(10);
    for (const [, held = '', caller = '', matched] of rows) {
      const { judge } = askNumber(createNumberKeys(), caller, { country: 'DE' });
      expect([held, judge(held)]).toEqual([held, matched]);
    }
  });

  it('asks for what the route takes', () => {
    const names = [...GUIDE.matchAll(/--data-urlencode "(\w+)=/g)].map(([, name]) => name);

    expect(GUIDE).toContain(`$PATCHCORD${identifyCaller.path}`);
    expect(names).toEqual(['number', 'explain']);
    expect(Object.keys(identifyCaller.query.shape)).toEqual(expect.arrayContaining(names));
  });
});
