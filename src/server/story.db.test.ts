import { expect, test } from 'vitest';

import { ENDPOINTS } from '../contract/endpoints.ts';
import { STORY } from '../contract/story/story.ts';
import { describeDatabases } from '../store/testing/databases.ts';
import { runStory } from './testing/run-story.ts';

test('the story shows each route of the contract once', () => {
  const shown = STORY.filter(({ prepares }) => prepares !== true).map(({ endpoint }) => endpoint);
  expect(shown.toSorted()).toEqual(ENDPOINTS.map(({ name }) => name).toSorted());
});

describeDatabases('the story of the reference', (databases) => {
  test('runs from its first request to its last, each with the status that the contract says', async () => {
    const { told } = await runStory(await databases.open(), STORY);
    expect(told).toHaveLength(STORY.length);
  });
});
