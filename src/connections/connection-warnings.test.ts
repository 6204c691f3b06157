import { describe, expect, it } from 'vitest';

import { connectionWarnings } from './connection-warnings.ts';

const NONE = { unfound: 0, unfound_sample: null, without_id: 0, without_id_sample: null };

describe('what is said of answers that do not fit', () => {
  it.each([
    ['nothing yet', { unfound: 19, without_id: 19, unfound_sample: '[]' }, []],
    ['many callers were not found', { unfound: 20 }, [/^FindContact found nobody in .* 20 calls/]],
    [
      'what the answers look like',
      { unfound: 33, unfound_sample: '{"hits":[]}' },
      [/The last answer, without its values: \{"hits":\[\]\}$/],
    ],
    [
      'ids are missing',
      { without_id: 20, without_id_sample: '{"uuid":…}' },
      [/^The last 20 requests were done, .* its values: \{"uuid":…\}$/],
    ],
    ['both', { unfound: 20, without_id: 20 }, [/nobody/, /lacked the id/]],
  ])('%s', (_name, misses, expected) => {
    expect(connectionWarnings({ ...NONE, ...misses })).toEqual(
      expected.map((words) => expect.stringMatching(words)),
    );
  });
});
