import type { SignInBinding, SignInRefusal } from '../../document/compiled-document.ts';
import type { Credential } from '../../runtime/credential.ts';
import { signInContext } from '../../runtime/sign-in/request-token.ts';
import type { OpenConnection } from '../open-connection.ts';
import { filledConnection } from './connection-grant.ts';
import type { SignInDeps } from './sign-in-deps.ts';

/** A person waits for the answer in a browser. */
const ACCOUNT_DEADLINE_MS = 10_000;

/**
 * Asks the CRM by the method `Account` whose sign-in this is. Undefined where the document has no
 * such method, or the CRM did not say; refused when what it says may not be used.
 */
export async function askAccount(
  deps: Pick<SignInDeps, 'runner' | 'phones' | 'ids' | 'admission'>,
  connection: OpenConnection,
  credential: Credential,
): Promise<SignInBinding | SignInRefusal | undefined> {
  const { document } = connection;
  if (!document.methods.has('Account')) return undefined;
  const prepared = deps.runner.prepare({
    document,
    method: 'Account',
    connection,
    values: {},
    credential,
    deadlineMs: ACCOUNT_DEADLINE_MS,
    admitsFirst: true,
    admit: async (signal) => {
      const entered = await deps.admission.enter(connection, { ms: ACCOUNT_DEADLINE_MS, signal });
      if (entered.status === 'refused') throw new Error(entered.message);
    },
  });
  if (prepared.status === 'not_sent') return undefined;
  const run = await prepared.send(AbortSignal.timeout(ACCOUNT_DEADLINE_MS + 1_000));
  const [record] = run.records;
  if (run.outcome.action !== 'succeed' || record === undefined) return undefined;
  const context = signInContext(
    { ...deps, randomId: () => deps.ids.next() },
    { connection: filledConnection(connection, credential.properties), values: credential.locals },
  );
  return document.bindAccount(record, context);
}
