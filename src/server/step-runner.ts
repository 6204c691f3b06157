import type { StepRunner } from '../calls/step-runner.ts';
import type { MethodRunner } from '../runtime/run-method.ts';
import type { PipelineConnection } from './connection-book.ts';

/** Lets the pipeline run methods of documents; the pipeline itself knows neither HTTP nor documents. */
export function createStepRunner(runner: MethodRunner): StepRunner<PipelineConnection> {
  return {
    prepare: async ({ connection, method, values, file, recordAgeMs }) => {
      const prepared = runner.prepare({
        document: connection.opened.document,
        method,
        connection: connection.opened,
        values,
        ...(file === undefined ? {} : { file }),
        ...(recordAgeMs === undefined ? {} : { recordAgeMs }),
      });
      return prepared.status === 'not_sent'
        ? prepared
        : {
            status: 'ready',
            // The same PATCH writes the same values again.
            idempotent: prepared.idempotent || prepared.request.method === 'PATCH',
            send: (signal) => prepared.send(signal),
          };
    },
  };
}
