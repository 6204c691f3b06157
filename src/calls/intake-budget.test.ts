import { describe, expect, it } from 'vitest';

import { createIntakeBudget } from './intake-budget.ts';
import type { IntakeLimits } from './intake-budget.ts';

const LIMITS: IntakeLimits = { backlog: 100, eventsPerMinute: 60, diskReservePercent: 5 };

function budgetOf(limits: Partial<IntakeLimits> = {}) {
  const world = { now: 0, backlog: 0, free: 50, counts: 0, warned: [] as string[] };
  const budget = createIntakeBudget({
    limits: { ...LIMITS, ...limits },
    clock: { monotonic: () => world.now },
    countBacklog: (_organization, most) => {
      world.counts += 1;
      return Promise.resolve(Math.min(world.backlog, most));
    },
    freeDisk: () => Promise.resolve(world.free),
    log: {
      warn: (_fields, message) => {
        world.warned.push(message);
      },
    },
  });
  return { budget, world };
}

describe('the budget of an organization', () => {
  it('lets ten minutes of events come at once, and then what its rate allows', () => {
    const { budget, world } = budgetOf({ backlog: 1_000_000 });

    expect(budget.admit('org-1', 600)).toBeUndefined();
    expect(budget.admit('org-1', 1)).toMatchObject({
      retryAfterSeconds: 1,
      message: expect.stringContaining('INTAKE_EVENTS_PER_MINUTE'),
    });
    world.now += 1_000;
    expect(budget.admit('org-1', 1)).toBeUndefined();
    expect(budget.admit('org-1', 30)).toMatchObject({ retryAfterSeconds: 30 });
  });

  it('is no other one’s', () => {
    const { budget } = budgetOf({ backlog: 1_000_000 });
    budget.admit('org-1', 600);

    expect(budget.admit('org-1', 1)).toBeDefined();
    expect(budget.admit('org-2', 1)).toBeUndefined();
  });

  it('refuses above the backlog, and takes in again when it has been worked off', async () => {
    const { budget, world } = budgetOf();
    world.backlog = 100;
    expect(budget.admit('org-1', 1)).toBeUndefined();
    await budget.settled();

    expect(budget.admit('org-1', 1)).toMatchObject({
      retryAfterSeconds: 30,
      message: expect.stringContaining('INTAKE_BACKLOG'),
    });
    expect(world.warned).toEqual(['an organization has reached its backlog: its events must wait']);

    world.backlog = 10;
    world.now += 1_000;
    expect(budget.admit('org-1', 1)).toBeDefined();
    await budget.settled();
    expect(budget.admit('org-1', 1)).toBeUndefined();
  });

  it('counts the backlog only when it may be reached', async () => {
    const { budget, world } = budgetOf({ backlog: 1_000, eventsPerMinute: 60_000 });
    world.backlog = 500;
    for (let event = 0; event < 499; event += 1) {
      budget.admit('org-1', 1);
      await budget.settled();
      world.now += 1_000;
    }
    expect(world.counts).toBe(1);

    budget.admit('org-1', 10);
    await budget.settled();
    expect(world.counts).toBe(2);
  });

  it('takes nothing in while the disk is almost full', async () => {
    const { budget, world } = budgetOf();
    world.free = 4;
    budget.admit('org-1', 1);
    await budget.settled();

    expect(budget.admit('org-2', 1)?.message).toMatch(/^The disk of the server is almost full/);

    world.free = 40;
    world.now += 5_000;
    budget.admit('org-2', 1);
    await budget.settled();
    expect(budget.admit('org-2', 1)).toBeUndefined();
  });

  it('stands open where it cannot be read', async () => {
    const warned: string[] = [];
    const budget = createIntakeBudget({
      limits: LIMITS,
      clock: { monotonic: () => 0 },
      countBacklog: () => Promise.reject(new Error('the database is away')),
      log: { warn: (_fields, message) => warned.push(message) },
    });

    budget.admit('org-1', 1);
    await budget.settled();

    expect(budget.admit('org-1', 1)).toBeUndefined();
    expect(warned).toEqual(['the budget of the intake could not be read']);
  });
});
