import { describe, expect, test } from 'vitest';

import { hostPermission, isProbeDue, nextHostHealth, withProbe } from './host-health.ts';
import type { HostEvent, HostHealth } from './host-health.ts';

const NOW = 1_000_000;

function by(organizationId: string, kind: HostEvent['kind']): HostEvent {
  return { kind, organizationId, connectionId: `con-${organizationId}` };
}

/** `a` is a failure of the organization a, `A` a success of the same. */
function after(
  answers: string,
  from?: HostHealth,
  { now = NOW, everyMs = 0 } = {},
): HostHealth | undefined {
  return answers.split('').reduce<HostHealth | undefined>((health, answer, at) => {
    const kind = answer === answer.toLowerCase() ? 'failure' : 'success';
    return nextHostHealth(health, by(answer.toLowerCase(), kind), now + at * everyMs);
  }, from);
}

const broken = after('abcab');

describe('a host', () => {
  test.each([
    ['three organizations saw it fail, five times together', 'abcab', 'broken'],
    ['three organizations saw it fail, four times together', 'abca', 'watched'],
    ['one organization saw it fail a hundred times', 'a'.repeat(100), 'watched'],
    ['two organizations saw it fail a hundred times', 'ab'.repeat(50), 'watched'],
    ['three saw it fail, and four see it answer', 'aDEFGabcab', 'watched'],
    ['three saw it fail, and three see it answer', 'aDEFabcab', 'broken'],
    ['three saw it fail, and each has an answer since', 'aAbBcCaAbBcC', undefined],
    ['nobody saw it fail', 'ABCD', undefined],
  ])('when %s', (_name, answers, state) => {
    expect(after(answers)?.state).toBe(state);
  });

  test('is not broken by failures that lie further apart than the window', () => {
    expect(after('abcabcabc', undefined, { everyMs: 20_000 })?.state).toBe('watched');
  });

  test('is not written for the successes of somebody who has told one', () => {
    const watched = after('aB');

    expect(after('B', watched)).toBe(watched);
    expect(after('B', undefined)).toBeUndefined();
  });

  test('that broke is asked by one connection, and by another organization the next time', () => {
    const until = broken?.until ?? 0;
    const asked = withProbe(broken ?? never(), by('a', 'success'), until);
    const again = after('a', asked, { now: until + 5 });

    expect(until).toBe(NOW + 30_000);
    expect(isProbeDue(broken ?? never(), until)).toBe(true);
    expect(isProbeDue(asked, until + 1)).toBe(false);
    expect(hostPermission(asked, 'con-a', until + 1)).toBe('probe');
    expect(hostPermission(asked, 'con-b', until + 1)).toBe('closed');
    expect(again).toMatchObject({ state: 'broken', until: until + 60_005, probedBy: 'a' });
    expect(hostPermission(again, 'con-a', until + 6)).toBe('closed');
  });

  test('that is asked is asked anew when nobody tells what came of it', () => {
    const asked = withProbe(broken ?? never(), by('a', 'success'), NOW);

    expect(isProbeDue(asked, NOW + 60_000)).toBe(true);
    expect(hostPermission(asked, 'con-a', NOW + 60_000)).toBe('closed');
  });

  test('that broke under a clock that ran a year ahead is asked once that is right again', () => {
    const ahead = after('abcab', undefined, { now: NOW + 365 * 86_400_000 });

    expect(ahead?.state).toBe('broken');
    expect(isProbeDue(ahead ?? never(), NOW)).toBe(true);
  });

  test('that broke does not mind late failures, and is back with any success', () => {
    expect(after('d', broken)).toBe(broken);
    expect(after('D', broken)).toMatchObject({ state: 'opening', permits: 2 });
  });

  test('that is back lets two out, one more with each success, and is forgotten in the end', () => {
    const opened = after('D', broken);

    expect(after('DE', opened)?.permits).toBe(4);
    expect(after('DEFG'.repeat(64), opened)).toBeUndefined();
  });

  test('that is back is closed again by three organizations, and not by one', () => {
    const opened = after('D', broken);

    expect(after('aaaaaa', opened)?.state).toBe('opening');
    expect(after('abcabc', opened)).toMatchObject({ state: 'broken', breaks: 1 });
  });

  test('waits longer after each failed probe, to 15 minutes', () => {
    const waits: number[] = [];
    let health = broken ?? never();
    for (let probe = 0; probe < 7; probe += 1) {
      const now = health.until ?? 0;
      health = after('a', withProbe(health, by('a', 'failure'), now), { now }) ?? never();
      waits.push((health.until ?? 0) - now);
    }

    expect(waits).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000, 900_000]);
  });
});

function never(): HostHealth {
  throw new Error('the host is well');
}
