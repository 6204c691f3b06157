import type * as z from 'zod';

import type { OpenConnection } from '../connections/open-connection.ts';
import type { ConnectionTest } from '../contract/connections.ts';
import type { MethodRunner } from '../runtime/run-method.ts';
import { askCrm, presentExchange, testMethodOf } from './crm-methods.ts';

/**
 * Asks the CRM whether it accepts the credentials of a connection, and says the answer in words.
 * In a test 200 is accepted; 401 and 403 are refused. The state of the connection stays as it is.
 */
export async function testConnection(
  runner: MethodRunner,
  connection: OpenConnection,
  signal: AbortSignal,
): Promise<z.input<typeof ConnectionTest>> {
  const method = testMethodOf(connection.document);
  if (method === undefined) {
    return {
      ok: false,
      method: null,
      message: 'The document has no method that only reads (Users, Account or a look-up with GET).',
      outcome: null,
      exchanges: [],
    };
  }
  // A look-up needs something to look for; a number that nobody has finds nobody.
  const values = { phone: TEST_NUMBER, party_number: TEST_NUMBER, prefix: TEST_NUMBER };
  const asked = await askCrm(runner, connection, { method, values, signal });
  if (asked.status === 'not_sent') {
    return { ok: false, method, message: asked.message, outcome: null, exchanges: [] };
  }
  const { outcome, records, exchanges } = asked.run;
  const ok = outcome.kind === 'success' || (outcome.kind === 'not_found' && method !== 'Users');
  return {
    ok,
    method,
    message: ok ? inWords(method, records.length) : outcome.message,
    outcome: outcome.kind,
    exchanges: exchanges.map(presentExchange),
  };
}

/** Reserved for drama by Ofcom: nobody has it. */
const TEST_NUMBER = '+442079460000';

function inWords(method: string, records: number): string {
  if (method !== 'Users') return 'The CRM accepted the credentials.';
  return `The CRM accepted the credentials and answered with ${records} ${records === 1 ? 'user' : 'users'}.`;
}
