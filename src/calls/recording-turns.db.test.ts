import { afterEach, expect, it } from 'vitest';

import { describeDatabases } from '../store/testing/databases.ts';
import { claimRecordings } from './fetch-due.ts';
import { createRecordingKit, WAV, answer } from './testing/recording-kit.ts';
import { SEEDED } from './testing/seed.ts';

const BUSY = SEEDED.organizationId;
const QUIET = 'org-2';

describeDatabases('recordings of several organizations', ({ open }) => {
  const { begin, cleanUp } = createRecordingKit(open);
  afterEach(cleanUp);

  /** Due recordings: many of one organization, and one of another that was announced last. */
  async function announced(count: number) {
    const kit = await begin(
      Array.from({ length: 20 }, () => answer(200, WAV)),
      { begun: false },
    );
    const { database, clock } = kit;
    const at = { created_at: clock.now() };
    const own = Array.from({ length: count }, (_, index) => [BUSY, `busy-${index}`] as const);
    await database.write(async (transaction) => {
      await transaction
        .insertInto('organization')
        .values({ id: QUIET, name: 'Quiet', country: 'GB', timezone: 'UTC', ...at })
        .execute();
      await transaction
        .insertInto('phone_system')
        .values({ id: 'pbx-2', organization_id: QUIET, name: 'PBX', ...at })
        .execute();
      for (const [place, [organization_id, id]] of [...own, [QUIET, 'quiet'] as const].entries()) {
        await transaction
          .insertInto('call')
          .values({
            ...{ id, organization_id, external_id: id, generation: 1, phase: 'ended' },
            phone_system_id: organization_id === BUSY ? SEEDED.phoneSystemId : 'pbx-2',
            ...{ facts: '{}', event_count: 1, started_at: 1, last_event_at: 1, created_at: 1 },
          })
          .execute();
        await transaction
          .insertInto('recording')
          .values({
            ...{ id, organization_id, call_id: id, key: 'k', state: 'announced', created_at: 1 },
            source_url: `https://pbx.test/${id}.wav`,
            ready_at: clock.now() - 1_000 + place,
          })
          .execute();
      }
    });
    return kit;
  }

  const signal = new AbortController().signal;

  it('are fetched two at a time of each, whoever has many', async () => {
    const { fetching, asked } = await announced(6);
    const underWay = new Map<string, number>();

    const first = await claimRecordings(fetching, 8, underWay);
    const second = await claimRecordings(fetching, 8, underWay);
    for (const claimed of first) await claimed(signal);
    const third = await claimRecordings(fetching, 8, underWay);

    expect([first.length, second.length, third.length]).toEqual([3, 0, 2]);
    expect(asked).toContain('https://pbx.test/quiet.wav');
    expect([...underWay]).toEqual([[BUSY, 2]]);
  });

  it('take turns where there is room for few', async () => {
    const { fetching, asked } = await announced(6);
    const underWay = new Map<string, number>();
    const [first] = await claimRecordings(fetching, 1, underWay);
    const [second] = await claimRecordings(fetching, 1, underWay);

    await first?.(signal);
    await second?.(signal);

    expect(asked).toEqual(['https://pbx.test/busy-0.wav', 'https://pbx.test/quiet.wav']);
    expect(underWay.size).toBe(0);
  });
});
