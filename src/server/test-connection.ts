import type * as z from 'zod';

import type { OpenConnection } from '../connections/open-connection.ts';
import type { ConnectionTest } from '../contract/connections.ts';
import type { MethodName } from '../document/methods.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { ScrubbedExchange } from '../runtime/scrub-exchange.ts';
import { missingInAnswer } from './answer-lack.ts';
import { askCrm, mapOf, presentExchange, testMethodOf } from './crm-methods.ts';

/**
 * Asks the CRM whether it accepts the credentials of a connection, and says the answer in words.
 * Accepted is what a test must show: an answer without anything that the document looks for in it
 * proves nothing. The state of the connection stays as it is.
 */
export async function testConnection(
  runner: SignedInRunner,
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
  const accepted =
    outcome.kind === 'success' || (outcome.kind === 'not_found' && method !== 'Users');
  const lack = accepted && records.length === 0 ? lackOf(connection, method, exchanges) : undefined;
  const ok = accepted && lack === undefined;
  return {
    ok,
    method,
    message: lack ?? (ok ? inWords(method, records.length) : outcome.message),
    outcome: outcome.kind,
    exchanges: exchanges.map(presentExchange),
  };
}

/** In words what an answer without a record should have held; undefined: an empty list was there. */
function lackOf(
  connection: OpenConnection,
  method: MethodName,
  exchanges: readonly ScrubbedExchange[],
): string | undefined {
  // A look-up that finds nobody may answer anything.
  if (method !== 'Users' && method !== 'Account') return undefined;
  const response = exchanges.at(-1)?.response;
  if (response === undefined || response.truncated) return undefined;
  const missing = missingInAnswer(mapOf(connection.document, method), response.body);
  return missing === undefined
    ? undefined
    : `The CRM answered, but without ${missing}, which the response_map of ${method} looks for. Compare the answer with the map, and the address with that of the CRM's API.`;
}

/** Reserved for drama by Ofcom: nobody has it. */
const TEST_NUMBER = '+442079460000';

function inWords(method: string, records: number): string {
  if (method !== 'Users') return 'The CRM accepted the credentials.';
  return `The CRM accepted the credentials and answered with ${records} ${records === 1 ? 'user' : 'users'}.`;
}
