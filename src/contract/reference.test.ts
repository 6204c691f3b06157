import { expect, test } from 'vitest';

import { ENDPOINTS } from './endpoints.ts';
import { apiReference } from './reference.ts';

const lines = apiReference(ENDPOINTS, { version: '0.0.0' }).split('\n');

test.each([
  ['an object', '`logo`', '`logo.state`'],
  ['an object that may be null', '`failure`', '`failure.phase`'],
  ['the objects of a list', '`events`', '`events[].id`'],
])('the reference shows the members of %s below it', (_, name, member) => {
  const at = lines.findIndex((line) => line.startsWith(`| ${name} |`));

  expect(at).toBeGreaterThan(0);
  expect(lines[at + 1]).toContain(`| ${member} |`);
});
