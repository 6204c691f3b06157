import { expect, it } from 'vitest';
import type { JsonObject } from '../json-value.ts';
import {
  bodyText,
  documentOf,
  contextOf,
  renderDocument,
  requestOf,
} from '../testing/render-request.ts';
import { EXPANSION_MAX_CHARACTERS } from './scope.ts';

const CREATE = (parameters: JsonObject): JsonObject => ({
  CreateActivity: {
    request_method: 'POST',
    request_path: '/calls',
    request_parameters: parameters,
  },
});

/** Each variable repeats the one before it ten times. */
function bomb(levels: number): JsonObject {
  const variables: Record<string, string> = { v0: '0123456789' };
  for (let level = 1; level <= levels; level += 1) {
    variables[`v${String(level)}`] = `$v${String(level - 1)}$`.repeat(10);
  }
  return variables;
}

it.each([9, 20])('variables that repeat each other %i times end as an unsafe value', (levels) => {
  const name = `v${String(levels)}`;
  const result = renderDocument({ variables: bomb(levels), API: CREATE({ a: `$${name}$` }) });

  expect(result).toMatchObject({ status: 'unsafe_value' });
  expect(documentOf({ variables: bomb(levels) }).variable(name, contextOf({}))).toBeUndefined();
});

it('so does a long value in very many places', () => {
  const places = Array.from({ length: 1_000 }, () => '$description$');
  const values = { description: 'x'.repeat(1_000) };

  const result = renderDocument({ API: CREATE({ a: places }) }, { values });

  expect(result).toMatchObject({ status: 'unsafe_value', name: 'description' });
});

it('a comment of the greatest length goes out', () => {
  const values = { description: 'x'.repeat(EXPANSION_MAX_CHARACTERS) };

  const result = renderDocument({ API: CREATE({ a: '$description$' }) }, { values });

  expect(bodyText(requestOf(result))).toHaveLength(EXPANSION_MAX_CHARACTERS + '{"a":""}'.length);
});
