import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, test } from 'vitest';

import { HOSTILE_URLS } from './hostile-urls.ts';
import { runInOwnNetwork } from './in-own-network.ts';
import type { Findings } from './program.ts';

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url));

/**
 * Every address of the network is this machine, and its listeners judge: what they and the kernel
 * count is what was connected to, whatever our own log may say.
 */
describe('hostile addresses', () => {
  let findings: Findings;

  beforeAll(() => {
    findings = JSON.parse(runInOwnNetwork(PROGRAM, []));
  });

  test('there are more than 400 of them', () => {
    expect(HOSTILE_URLS.length).toBeGreaterThanOrEqual(400);
  });

  test('each was asked for in every place where a URL may stand', () => {
    const asked = Object.entries(findings.fields).map(([name, field]) => [name, field.asked]);

    expect(asked.length).toBeGreaterThanOrEqual(14);
    expect(asked).toEqual(asked.map(([name]) => [name, HOSTILE_URLS.length]));
  });

  test('no place opened a connection for any of them', () => {
    const opened = Object.entries(findings.fields).flatMap(([name, field]) =>
      field.opened.map((each) => `${name}: ${each}`),
    );

    expect(opened).toEqual([]);
  });

  test('each place reaches a public address over https', () => {
    const blind = Object.entries(findings.fields).filter(([, field]) => !field.reachesCrm);

    expect(blind.map(([name]) => name)).toEqual([]);
  });

  test('a name that turns private between two look-ups is not followed there', () => {
    const { asked, toCrm, opened } = findings.rebinding;

    expect(opened).toEqual([]);
    // It was public at some of the look-ups, and only at some.
    expect(toCrm).toBeGreaterThan(0);
    expect(toCrm).toBeLessThan(asked);
  });

  test('where an operator allows private addresses, the listeners see it (control)', () => {
    expect(findings.control.length).toBeGreaterThan(10);
    expect(findings.control.every((each) => each.includes('→ 10.'))).toBe(true);
  });
});
