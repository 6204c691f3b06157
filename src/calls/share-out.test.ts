import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { shareOut } from './share-out.ts';
import type { Wanted } from './share-out.ts';

function want(connectionId: string, permits: number): Wanted {
  return { connectionId, organizationId: connectionId.slice(0, 1), permits };
}

/** As `a1:2`, the permits of connection 1 of the organization a. */
function shared(wanted: readonly Wanted[], pool: Parameters<typeof shareOut>[1]) {
  return shareOut(wanted, pool).map(({ connectionId, permits }) => `${connectionId}:${permits}`);
}

describe('the places of a process', () => {
  test('go to organizations in equal parts, however many connections each has', () => {
    const many = Array.from({ length: 6 }, (_, at) => want(`a${at}`, 4));

    expect(shared([...many, want('b0', 9)], { limit: 16 })).toEqual(['a0:4', 'b0:8', 'a1:4']);
  });

  test('go to who has the fewest, and among equals to who waited longest', () => {
    const held = new Map([['a', 3]]);

    expect(shared([want('a1', 4), want('b1', 1), want('c1', 4)], { limit: 2, held })).toEqual([
      'b1:1',
      'c1:1',
    ]);
  });

  test('that one does not want are there for the others', () => {
    expect(shared([want('a1', 1), want('b1', 9)], { limit: 8 })).toEqual(['a1:1', 'b1:7']);
  });

  test('leave one for whoever comes later, whatever one organization wants', () => {
    const greedy = Array.from({ length: 60 }, (_, at) => want(`a${at}`, 4));
    const first = shareOut(greedy, { limit: 16, size: 16 });
    const held = new Map([['a', first.reduce((sum, { permits }) => sum + permits, 0)]]);

    expect(held.get('a')).toBe(8);
    expect(shared([...greedy, want('b1', 1)], { limit: 8, size: 16, held })).toEqual(['b1:1']);
  });

  test('are never more than are free or wanted, and none is left that somebody may have', () => {
    const anyWanted = fc.uniqueArray(
      fc.record({
        connectionId: fc.string({ minLength: 1, maxLength: 4 }),
        organizationId: fc.constantFrom('a', 'b', 'c', 'd'),
        permits: fc.nat(8),
      }),
      { selector: ({ connectionId }) => connectionId, maxLength: 20 },
    );
    fc.assert(
      fc.property(anyWanted, fc.nat(40), (wanted, limit) => {
        const given = new Map(shareOut(wanted, { limit }).map((each) => [each.connectionId, each]));
        const sum = [...given.values()].reduce((total, { permits }) => total + permits, 0);
        const all = wanted.reduce((total, { permits }) => total + permits, 0);

        expect(sum).toBe(Math.min(limit, all));
        for (const { connectionId, permits } of wanted) {
          expect(given.get(connectionId)?.permits ?? 0).toBeLessThanOrEqual(permits);
        }
      }),
    );
  });
});
