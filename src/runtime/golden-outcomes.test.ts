import { beforeAll, describe, expect, test } from 'vitest';
import { METHOD_NAMES, methodRow } from '../document/methods.ts';
import { EXPECTED_OUTCOMES, expectedOutcome } from './testing/golden/expected-outcomes.ts';
import type { Expected } from './testing/golden/expected-outcomes.ts';
import type { GoldenFault } from './testing/golden/fault.ts';
import { GOLDEN_FAULTS } from './testing/golden/faults.ts';
import { createGoldenRunner, outcomeText } from './testing/golden/golden-run.ts';
import type { GoldenRunner } from './testing/golden/golden-run.ts';

let golden: GoldenRunner;

beforeAll(() => {
  golden = createGoldenRunner();
});

/** Methods that the table does not have right, as `method verb: outcome, not …`. */
async function differences(
  fault: GoldenFault,
  row: Expected | undefined = EXPECTED_OUTCOMES[fault.name],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const method of METHOD_NAMES) {
    for (const verb of ['POST', 'PUT'] as const) {
      if (verb === 'PUT' && !methodRow(method).writes) continue;
      const got = outcomeText(await golden.run(fault, method, { verb }));
      const wanted = expectedOutcome(row, method, verb);
      if (got !== wanted) found.push(`${method} ${verb}: ${got}, not ${wanted}`);
    }
  }
  return found;
}

describe('what each fault means for each method', () => {
  test.each(GOLDEN_FAULTS.map((fault) => [fault.name, fault] as const))('%s', async (_, fault) => {
    expect(await differences(fault)).toEqual([]);
  });

  test('stands in the table once for each fault', () => {
    const names = GOLDEN_FAULTS.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(new Set(Object.keys(EXPECTED_OUTCOMES))).toEqual(new Set(names));
  });

  test('is found where a row of the table is wrong for one method', async () => {
    const fault = GOLDEN_FAULTS.find(({ name }) => name === '409');
    if (fault === undefined) throw new Error('no such fault');
    const row = { ...EXPECTED_OUTCOMES['409'], AssignActivity: 'refused not_executed park' };

    expect(await differences(fault, row)).toEqual([
      'AssignActivity POST: conflict unknown retry, not refused not_executed park',
      'AssignActivity PUT: conflict unknown retry, not refused not_executed park',
    ]);
  });
});

describe('what is read from an answer that lies or is odd', () => {
  test.each<[name: string, id: string]>([
    ['a charset that is a lie', '77'],
    ['a byte order mark', '77'],
    ['an id with NUL', '77'],
    ['a lone surrogate', '77'],
    ['an id of 19 digits', '9007199254740993123'],
    ['409 that names the record', '77'],
    ['207 with a code for each record, one of them good', '77'],
  ])('%s gives the id %s', async (name, id) => {
    const fault = GOLDEN_FAULTS.find((one) => one.name === name);
    if (fault === undefined) throw new Error('no such fault');

    const run = await golden.run(fault, 'CreateActivity');

    expect(run.records.map((record) => record['activity_id'])).toEqual([id]);
  });
});
