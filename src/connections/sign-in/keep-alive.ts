import { ADMIN } from '../../organizations/scope.ts';
import type { OpenConnection } from '../open-connection.ts';
import type { SignInDeps } from './sign-in-deps.ts';
import { listIdleSignIns } from './sign-in-repository.ts';

/** Servers forget refresh tokens that nobody uses, some after a day or two. */
const IDLE_MS = 24 * 60 * 60_000;
/** Together, so that servers that are away hold nothing else up for long. */
const AT_ONCE = 10;

/**
 * Renews the next few sign-ins of people whose tokens nobody asked for since yesterday, so that a
 * connection without calls is not one without a sign-in. Gives where the next run goes on; `''`: at
 * the beginning.
 */
export async function keepSignInsAlive(
  deps: Pick<SignInDeps, 'database' | 'openConnections' | 'log'>,
  after: string,
  renew: (connection: OpenConnection) => Promise<unknown>,
): Promise<string> {
  const now = deps.database.now();
  const idle = await listIdleSignIns(deps.database.read, ADMIN, {
    now,
    receivedBefore: now - IDLE_MS,
    after,
    limit: AT_ONCE,
  });
  await Promise.all(
    idle.map(async ({ connection_id, organization_id }) => {
      try {
        const scope = { organizationId: organization_id };
        const connection = await deps.openConnections.open(scope, connection_id);
        const { signIn } = connection.document;
        // Who signs in alone does so when the next call comes.
        if (signIn.kind !== 'oauth2' || signIn.flow !== 'authorization_code') return;
        await renew(connection);
      } catch (err) {
        deps.log.warn({ err, connection_id }, 'an idle sign-in could not be renewed');
      }
    }),
  );
  return idle.length < AT_ONCE ? '' : (idle.at(-1)?.connection_id ?? '');
}
