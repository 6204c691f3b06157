import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFakeCrm } from './testing/fake-crm.ts';
import type { FakeCrm } from './testing/fake-crm.ts';
import { fakeCrmDocument, fakeCrmProperties } from './testing/fake-crm-document.ts';
import { testRunner } from './testing/runner.ts';
import type { TestRunner } from './testing/runner.ts';

let crm: FakeCrm;
let runners: TestRunner[] = [];

beforeEach(async () => {
  crm = await startFakeCrm();
});

afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.close()));
  runners = [];
  await crm.close();
});

function runner(options: Parameters<typeof testRunner>[1] = {}): TestRunner {
  const made = testRunner(crm, options);
  runners.push(made);
  return made;
}

describe('the ledger', () => {
  test('shows no secret, wherever the CRM repeats it', async () => {
    const token = 'tok/en+with "marks"';
    await crm.close();
    crm = await startFakeCrm({ token });
    crm.behave('/users', (request, response) => {
      response.writeHead(422, {
        'content-type': 'application/json',
        'x-request-id': `r-${encodeURIComponent(token)}`,
        'set-cookie': 'session=abcdef123456',
      });
      response.end(JSON.stringify({ message: `bad ${request.headers['authorization'] ?? ''}` }));
    });

    const run = await runner().run('Users');

    const shown = JSON.stringify(run);
    expect(shown).toContain('Bearer [secret]');
    expect(shown).not.toMatch(/tok.{1,3}en|marks|abcdef123456/);
  });

  test('keeps 16 KiB of a body and says that it was longer', async () => {
    crm.behave('/users', (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ users: [{ id: 1, name: 'x'.repeat(50_000) }] }));
    });

    const { exchanges, records } = await runner().run('Users');

    expect(exchanges[0]?.response).toMatchObject({ truncated: true });
    expect(exchanges[0]?.response?.body).toHaveLength(16_384);
    expect(records).toHaveLength(1);
  });

  test('a secret across the cut shows no beginning', async () => {
    crm.behave('/users', (_request, response) => {
      const filling = 'x'.repeat(16_384 - 15);
      response.writeHead(200).end(`["${filling}${crm.token}"]`);
    });

    const { exchanges } = await runner().run('Users');

    expect(exchanges[0]?.response?.body).not.toContain('fake-crm');
  });

  test('a secret address is shown by its origin only', async () => {
    const document = fakeCrmDocument()
      .replace('"label": "Address",', '"label": "Address", "secret": true,')
      .replaceAll(/"(?:contact|activity)_url": "[^"]*",/g, '');
    const properties = {
      ...fakeCrmProperties(crm),
      Address: `${crm.origin}/rest/1/hook-secret-77`,
    };

    const { exchanges } = await runner({ document, properties }).run('Users');

    expect(crm.requests[0]?.path).toBe('/rest/1/hook-secret-77/users');
    expect(exchanges[0]?.request.url).toBe(`${crm.origin}[secret]/users`);
  });
});
