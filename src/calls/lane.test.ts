import { describe, expect, it } from 'vitest';

import { nextInLane } from './lane.ts';
import { aStep } from './testing/a-step.ts';
import type { Step } from './step.ts';

const NOW = 1_000;
const find = aStep('FindContact');
const create = aStep('CreateActivity');
const update = aStep('UpdateActivity');
const stop = aStep('StopCallActivity');
const upload = aStep('UploadFile');
const done = { state: 'done' } as const;
const parked = { state: 'parked', reason: 'refused' } as const;
const later = { readyAt: NOW + 500 };

describe('a lane', () => {
  it.each<[string, readonly Step[], string]>([
    ['nothing to do', [], 'idle'],
    [
      'everything done',
      [
        { ...find, ...done },
        { ...create, ...done },
      ],
      'idle',
    ],
    ['steps in the wrong order', [stop, create, find], 'run FindContact'],
    ['a search that is done', [{ ...find, ...done }, create, stop], 'run CreateActivity'],
    ['a search that waits for its next try', [{ ...find, ...later }, create], 'wait 1500'],
    ['a create that waits for its next try', [{ ...create, ...later }, stop], 'wait 1500'],
    ['a create that is parked', [{ ...create, ...parked }, stop], 'parked CreateActivity'],
    ['a search that is parked', [{ ...find, ...parked }, create], 'run CreateActivity'],
    [
      'a link that waits for its recording',
      [{ ...create, ...done }, { ...update, ...later, recordingKey: 'r' }, stop],
      'run StopCallActivity',
    ],
    [
      'an update that is parked',
      [{ ...create, ...done }, { ...update, ...parked }, stop],
      'run StopCallActivity',
    ],
    [
      'only a parked update',
      [
        { ...create, ...done },
        { ...update, ...parked },
      ],
      'parked UpdateActivity',
    ],
    ['an unknown create', [{ ...create, state: 'unknown' }, stop], 'ask CreateActivity'],
    [
      'an unknown create to be asked later',
      [{ ...create, state: 'unknown', ...later }, stop],
      'wait 1500',
    ],
    [
      'a skipped create',
      [{ ...create, state: 'skipped', message: 'why' }, stop],
      'skip StopCallActivity',
    ],
    ['a discarded create', [{ ...create, state: 'discarded' }, update], 'skip UpdateActivity'],
    [
      'an upload that waits, and another',
      [
        { ...create, ...done },
        { ...upload, ...later },
        { ...upload, id: '2', sequence: 9 },
      ],
      'run UploadFile',
    ],
    [
      'an upload that waits, alone',
      [
        { ...create, ...done },
        { ...upload, ...later },
      ],
      'wait 1500',
    ],
    [
      'an update after the end',
      [{ ...create, ...done }, { ...stop, ...done }, update],
      'run UpdateActivity',
    ],
    [
      'two updates',
      [
        { ...create, ...done },
        { ...update, sequence: 8, id: 'b' },
        { ...update, sequence: 7 },
      ],
      'run UpdateActivity',
    ],
  ])('with %s', (_name, steps, expected) => {
    const next = nextInLane(steps, NOW);

    const step = 'step' in next ? ` ${next.step.method}` : '';
    const until = next.kind === 'wait' ? ` ${next.until}` : '';
    expect(`${next.kind}${step}${until}`).toBe(expected);
  });

  it('tells a step that needs no running why', () => {
    const next = nextInLane([{ ...create, state: 'skipped', message: 'no link' }, stop], NOW);

    expect(next).toMatchObject({
      reason: 'create_skipped',
      message: expect.stringContaining('no link'),
    });
  });
});
