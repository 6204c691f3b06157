import type { ConnectionBook } from '../../calls/call-connection.ts';
import { cleanNumber } from '../../contacts/clean-number.ts';
import { findCallers } from '../../contract/callers.ts';
import { AppError } from '../../errors/app-error.ts';
import { countUsage } from '../../organizations/usage.ts';
import type { PipelineConnection } from '../connection-book.ts';
import { findCallersOf } from '../find-callers.ts';
import type { FindCallersDeps } from '../find-callers.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';
import type { StoreDeps } from './route-deps.ts';

export interface CallerDeps
  extends Omit<FindCallersDeps, 'database'>, Pick<StoreDeps, 'database' | 'ids'> {
  readonly connections: ConnectionBook<PipelineConnection>;
}

/** Who is calling? */
export function callerRoutes(deps: CallerDeps): readonly Route[] {
  return [
    route(findCallers, async ({ query }, { scope, signal }) => {
      const { organizationId } = scope();
      const connections = await deps.connections.ofOrganization(organizationId);
      const number = cleanNumber(query.number);
      if (number === undefined) {
        throw new AppError(
          'invalid_request',
          'The query at /number must be a phone number, for example +442079460018.',
        );
      }
      const answer = await findCallersOf(deps, connections, { number, signal });
      countLookup(deps, organizationId, answer.connections);
      return { body: { number, ...answer } };
    }),
  ];
}

/** For the bill, after the answer: a phone is ringing. */
function countLookup(
  { database, ids }: CallerDeps,
  organizationId: string,
  asked: readonly { readonly status: string }[],
): void {
  const requests = asked.filter(({ status }) => status !== 'not_asked').length;
  const counts = { lookups: 1, crm_requests: requests };
  database
    .write((transaction) =>
      countUsage(transaction, { organizationId }, { id: ids.next(), at: database.now(), counts }),
    )
    .catch(() => {
      // The answer counts more than its count: a database that is away says so elsewhere.
    });
}
