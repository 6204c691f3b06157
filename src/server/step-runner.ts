import type { StepRun, StepRunner } from '../calls/step-runner.ts';
import type { Admission } from '../connections/admission.ts';
import type { SignedInRunner } from '../connections/sign-in/signed-in-runner.ts';
import { originOf } from '../http/url-policy.ts';
import type { CompiledMethod } from '../document/compiled-document.ts';
import type { MethodRun } from '../runtime/method-call.ts';
import { readSpentLimit } from '../runtime/retry-after.ts';
import type { PipelineConnection } from './connection-book.ts';

/** A page waits so long for its turn; then the look-up begins anew, later. */
const LONGEST_PAGE_WAIT_MS = 30_000;

/** Lets the pipeline run methods of documents; the pipeline itself knows neither HTTP nor documents. */
export function createStepRunner(
  runner: SignedInRunner,
  admission: Admission,
): StepRunner<PipelineConnection> {
  return {
    prepare: async ({ connection, ...call }, ends) => {
      const admit = async (signal: AbortSignal): Promise<void> => {
        const entered = await admission.enter(connection, { ms: LONGEST_PAGE_WAIT_MS, signal });
        if (entered.status === 'refused') throw new Error(entered.message);
      };
      const prepared = await runner.prepare({ ...call, admit }, connection.opened, ends);
      if (prepared.status === 'not_sent') return prepared;
      const { part, makesRecord, keyed } = prepared;
      const method = connection.opened.document.methods.get(call.method);
      const place = method !== undefined && isOfSeveral(method) ? prepared.place : undefined;
      const origin = originOf(prepared.request.url);
      return {
        status: 'ready',
        ...(part === undefined ? {} : { part }),
        ...(place === undefined ? {} : { place }),
        ...(makesRecord === undefined ? {} : { makesRecord }),
        ...(keyed === undefined ? {} : { keyed }),
        ...(origin === undefined ? {} : { origin }),
        // The same PATCH writes the same values again.
        idempotent: prepared.idempotent || prepared.request.method === 'PATCH',
        send: async (signal) => withSpentLimit(await prepared.send(signal)),
      };
    },
  };
}

/** A method of one request has no place that would need to be kept. */
function isOfSeveral({ objects }: CompiledMethod): boolean {
  return objects.length > 1 || objects.some(({ requests }) => requests.length > 1);
}

/** A limit that is used up holds the connection back before the CRM refuses anything. */
function withSpentLimit(run: MethodRun): StepRun {
  const last = run.exchanges.at(-1);
  if (last?.response === undefined) return run;
  const spentMs = readSpentLimit(last.response.headers, last.startedAt + last.durationMs);
  return spentMs === undefined ? run : { ...run, spentMs };
}
