import type { SignsIn } from '../connections/sign-in/signs-in.ts';
import type { ConnectionState } from '../store/tables/connections.ts';
import { asSentence } from '../text/as-sentence.ts';

const TEST = 'POST …/test: a successful test goes on with the waiting calls.';

/** What people do to end a state that waits for them. */
const REMEDIES: Readonly<Partial<Record<ConnectionState, string>>> = {
  forbidden: `Give the CRM's user the right, then ${TEST}`,
  paused: 'POST …/resume goes on with the waiting calls.',
};

const SIGN_IN_REMEDIES: Readonly<Record<SignsIn, string>> = {
  person:
    'POST …/sign-in gives the page of the CRM to open in a browser; calls are kept until then.',
  credentials: `PATCH the credentials; if they are right already, ${TEST}`,
};

/** What people do to end the state of a connection, with a blank before it; else nothing. */
export function remedyFor(state: ConnectionState, by: SignsIn): string {
  const remedy = state === 'needs_auth' ? SIGN_IN_REMEDIES[by] : REMEDIES[state];
  return remedy === undefined ? '' : ` ${remedy}`;
}

/** Why a connection is in its state and what to do next; null when there is nothing to say. */
export function reasonOf(
  row: { readonly state: ConnectionState; readonly state_reason: string | null },
  by: SignsIn,
): string | null {
  const remedy = remedyFor(row.state, by);
  if (row.state_reason === null || remedy === '') return row.state_reason;
  return `${asSentence(row.state_reason)}${remedy}`;
}
