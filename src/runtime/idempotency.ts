import type { RenderResult } from '../document/render/request.ts';
import type { MethodJob } from './method-job.ts';

/** The key of this very request: the same for each try of it, another for each other request. */
function keyOf({ call, place }: MethodJob): string | undefined {
  const { idempotencyKey } = call;
  return idempotencyKey === undefined
    ? undefined
    : `${idempotencyKey}-${String(place.objectIndex)}-${String(place.requestIndex)}`;
}

/** True when the CRM recognises a repetition of the request by its key. */
export function isKeyed(job: MethodJob): boolean {
  return job.compiled.idempotencyHeader !== undefined && keyOf(job) !== undefined;
}

/** Adds the key under the header that the document names; it stands in for one of that name. */
export function withKey(job: MethodJob, rendered: RenderResult): RenderResult {
  const { idempotencyHeader: name } = job.compiled;
  const key = keyOf(job);
  if (rendered.status !== 'request' || name === undefined || key === undefined) return rendered;
  const { request } = rendered;
  const others = request.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  return { ...rendered, request: { ...request, headers: [...others, [name, key]] } };
}
