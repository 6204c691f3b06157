import type { ConnectionView, ViewDeps } from '../connections/connection-view.ts';
import { readConnection } from '../connections/connection-view.ts';
import type { OpenConnections } from '../connections/open-connection.ts';
import type { SignIns } from '../connections/sign-in/sign-ins.ts';
import type { OrganizationScope } from '../organizations/scope.ts';

/** Somebody waits for the answer; a token request that takes longer goes on by itself. */
const LOOK_MS = 2_000;

/**
 * Lets the state of a new or changed connection say at once that a person must sign in at the CRM;
 * a sign-in that is still good for it stays. Returns the connection as it is then.
 */
export async function checkSignIn(
  deps: ViewDeps & {
    readonly openConnections: OpenConnections;
    readonly signIns: Pick<SignIns, 'credentialFor'>;
  },
  scope: OrganizationScope,
  view: ConnectionView,
): Promise<ConnectionView> {
  const { signIn } = deps.documents(view.row);
  if (signIn.kind !== 'oauth2' || signIn.flow !== 'authorization_code') return view;
  const connection = await deps.openConnections.open(scope, view.row.id);
  const answer = await deps.signIns.credentialFor(connection, AbortSignal.timeout(LOOK_MS));
  return answer.status === 'needs_auth' ? await readConnection(deps, scope, view.row.id) : view;
}
