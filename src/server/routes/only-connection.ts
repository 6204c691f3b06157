import type { Connections } from '../../calls/call-connection.ts';
import { AppError } from '../../errors/app-error.ts';
import type { PipelineConnection } from '../connection-book.ts';

/** All connections, or the one of this id; throws `not_found` where there is none. */
export function onlyConnection(
  { open, shut }: Connections<PipelineConnection>,
  connectionId: string | undefined,
): Connections<PipelineConnection> {
  if (connectionId === undefined) return { open, shut };
  const one = {
    open: open.filter(({ id }) => id === connectionId),
    shut: shut.filter((id) => id === connectionId),
  };
  if (one.open.length + one.shut.length > 0) return one;
  throw new AppError('not_found', 'No such connection.');
}
