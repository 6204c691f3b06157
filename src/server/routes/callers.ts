import type { ConnectionBook } from '../../calls/call-connection.ts';
import { cleanNumber } from '../../calls/call-values.ts';
import { findCallers } from '../../contract/callers.ts';
import { AppError } from '../../errors/app-error.ts';
import type { PipelineConnection } from '../connection-book.ts';
import { findCallersOf } from '../find-callers.ts';
import type { FindCallersDeps } from '../find-callers.ts';
import { route } from '../route.ts';
import type { Route } from '../route.ts';

export interface CallerDeps extends FindCallersDeps {
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
        throw new AppError('invalid_request', 'The query at /number: this is no phone number.');
      }
      return { body: { number, ...(await findCallersOf(deps, connections, { number, signal })) } };
    }),
  ];
}
