import type { StepRunner } from '../calls/step-runner.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { PipelineConnection } from './connection-book.ts';

/** Lets the pipeline run methods of documents; the pipeline itself knows neither HTTP nor documents. */
export function createStepRunner(runner: SignedInRunner): StepRunner<PipelineConnection> {
  return {
    prepare: async ({ connection, ...call }, ends) => {
      const prepared = await runner.prepare(call, connection.opened, ends);
      if (prepared.status === 'not_sent') return prepared;
      const { part, place, makesRecord, keyed } = prepared;
      return {
        status: 'ready',
        ...(part === undefined ? {} : { part }),
        ...(place === undefined ? {} : { place }),
        ...(makesRecord === undefined ? {} : { makesRecord }),
        ...(keyed === undefined ? {} : { keyed }),
        // The same PATCH writes the same values again.
        idempotent: prepared.idempotent || prepared.request.method === 'PATCH',
        send: (signal) => prepared.send(signal),
      };
    },
  };
}
