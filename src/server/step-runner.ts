import type { StepRunner } from '../calls/step-runner.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import type { PipelineConnection } from './connection-book.ts';

/** Lets the pipeline run methods of documents; the pipeline itself knows neither HTTP nor documents. */
export function createStepRunner(runner: SignedInRunner): StepRunner<PipelineConnection> {
  return {
    prepare: async ({ connection, method, values, hidden, file, recordAgeMs }, ends) => {
      const call = {
        method,
        values,
        ...(hidden === undefined ? {} : { hidden }),
        ...(file === undefined ? {} : { file }),
        ...(recordAgeMs === undefined ? {} : { recordAgeMs }),
      };
      const prepared = await runner.prepare(call, connection.opened, ends);
      if (prepared.status === 'not_sent') {
        const { reason } = prepared;
        // Where a step keeps its progress it can tell these two from the rest.
        const told = reason === 'skipped' || reason === 'nothing_left' ? 'not_supported' : reason;
        return { ...prepared, reason: told };
      }
      return {
        status: 'ready',
        // The same PATCH writes the same values again.
        idempotent: prepared.idempotent || prepared.request.method === 'PATCH',
        send: (signal) => prepared.send(signal),
      };
    },
  };
}
