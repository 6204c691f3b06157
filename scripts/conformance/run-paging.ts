import type { Json } from '../../src/document/json-value.ts';
import type { Verdict } from './suite.ts';

export function runPaging(_json: Json): Verdict {
  return { expected: 'a pager', got: 'none yet' };
}
