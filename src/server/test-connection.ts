import type * as z from 'zod';

import type { OpenConnection } from '../connections/open-connection.ts';
import type { ConnectionTest } from '../contract/connections.ts';
import type { MethodName } from '../document/methods.ts';
import type { SignIns } from '../connections/sign-in/sign-ins.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { MethodRun } from '../runtime/method-call.ts';
import type { ScrubbedExchange } from '../runtime/scrub-exchange.ts';
import type { BoundRecord } from '../document/bind/compile-binding.ts';
import { missingInAnswer } from './answer-lack.ts';
import { textOf } from './bound-record.ts';
import { askCrm, mapOf, presentExchange, testMethodOf, whereToSignIn } from './crm-methods.ts';

type Test = z.input<typeof ConnectionTest>;

export interface TestDeps {
  readonly runner: SignedInRunner;
  readonly signIns: Pick<SignIns, 'describe'>;
}

/**
 * Asks the CRM whether it accepts the credentials of a connection, and says the answer in words.
 * Accepted is what a test must show: an answer without anything that the document looks for in it
 * proves nothing. The state of the connection stays as it is.
 */
export async function testConnection(
  deps: TestDeps,
  connection: OpenConnection,
  signal: AbortSignal,
): Promise<Test> {
  const { runner } = deps;
  const method = testMethodOf(connection.document);
  if (method === undefined) {
    return {
      ok: false,
      method: null,
      message: 'The document has no method that only reads (Users, Account or a look-up with GET).',
      account: null,
      outcome: null,
      exchanges: [],
    };
  }
  // A look-up needs something to look for; a number that nobody has finds nobody.
  const values = { phone: TEST_NUMBER, party_number: TEST_NUMBER, prefix: TEST_NUMBER };
  const asked = await askCrm(runner, connection, { method, values, signal });
  if (asked.status === 'not_sent') {
    const message = `${asked.message}${whereToSignIn(connection)}`;
    return { ok: false, method, message, account: null, outcome: null, exchanges: [] };
  }
  const { outcome, records } = asked.run;
  const exchanges = [...asked.run.exchanges];
  const accepted =
    outcome.kind === 'success' || (outcome.kind === 'not_found' && method !== 'Users');
  const lack = accepted && records.length === 0 ? lackOf(connection, method, asked.run) : undefined;
  const ok = accepted && lack === undefined;
  const whose = ok ? await accountOf(deps, connection, { method, records, signal }) : NOBODY;
  exchanges.push(...whose.exchanges);
  const message = lack ?? (ok ? inWords(method, records.length) : outcome.message);
  return {
    ok,
    method,
    message: `${message}${accountInWords(whose.account)}`,
    account: whose.account,
    outcome: outcome.kind,
    exchanges: exchanges.map(presentExchange),
  };
}

interface Whose {
  readonly account: Test['account'];
  readonly exchanges: readonly ScrubbedExchange[];
}

const NOBODY: Whose = { account: null, exchanges: [] };

/** Whose account it is, by the method `Account`, else as the sign-in said. */
async function accountOf(
  deps: TestDeps,
  connection: OpenConnection,
  tested: {
    readonly method: MethodName;
    readonly records: readonly BoundRecord[];
    readonly signal: AbortSignal;
  },
): Promise<Whose> {
  const { method, records, signal } = tested;
  const asked =
    method === 'Account' || !connection.document.methods.has('Account')
      ? undefined
      : await askCrm(deps.runner, connection, { method: 'Account', signal });
  const run = asked?.status === 'ran' ? asked.run : undefined;
  const [record] = method === 'Account' ? records : (run?.records ?? []);
  const exchanges = run?.exchanges ?? [];
  if (record !== undefined) {
    const id = textOf(record, 'account_id') ?? null;
    const name = textOf(record, 'account_name') ?? null;
    if (id !== null || name !== null) return { account: { id, name }, exchanges };
  }
  const { kind } = connection.document.signIn;
  if (kind !== 'oauth2' && kind !== 'session') return { account: null, exchanges };
  const scope = { organizationId: connection.organizationId };
  const { accountId, accountName } = await deps.signIns.describe(scope, connection.id);
  const known = accountId !== undefined || accountName !== undefined;
  return {
    account: known ? { id: accountId ?? null, name: accountName ?? null } : null,
    exchanges,
  };
}

function accountInWords(account: Test['account']): string {
  const called = account?.name ?? account?.id;
  return called === undefined || called === null ? '' : ` Account: ${called}.`;
}

/** In words what an answer without a record should have held; undefined: an empty list was there. */
function lackOf(
  connection: OpenConnection,
  method: MethodName,
  run: MethodRun,
): string | undefined {
  // A look-up that finds nobody may answer anything.
  if (method !== 'Users' && method !== 'Account') return undefined;
  const last = run.asked.at(-1);
  const response = last?.exchanges.at(-1)?.response;
  if (last === undefined || response === undefined || response.truncated) return undefined;
  const missing = missingInAnswer(mapOf(connection.document, method, last), response.body);
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
